import {
  type Arg,
  type Copy,
  DockerfileParser,
  type Env,
  type From,
  type Healthcheck,
  type Instruction,
  type JSONInstruction,
  type Label,
} from 'dockerfile-ast'

/** What a Dockerfile says, as far as these tests build and run it. */
export interface Stage {
  readonly name: string
  /** An image with its tag and digest, or the name of an earlier stage. */
  readonly from: string
  /** The platform that it is built on, if not the image's own. */
  readonly platform: string | undefined
  /** WORKDIR, COPY and RUN, in their order. */
  readonly steps: readonly Step[]
  readonly env: Readonly<Record<string, string>>
  /** What the build may be given, with the defaults. */
  readonly args: Readonly<Record<string, string>>
  /** With `$NAME` for what the build is given. */
  readonly labels: Readonly<Record<string, string>>
  readonly user: string | undefined
  readonly ports: readonly string[]
  /** The exec forms; a shell form is refused. */
  readonly entrypoint: readonly string[] | undefined
  readonly healthcheck: readonly string[] | undefined
}
export type Step =
  | { readonly do: 'WORKDIR'; readonly path: string }
  | { readonly do: 'RUN'; readonly command: string }
  | {
      readonly do: 'COPY'
      /** A stage, or `undefined` for the build context. */
      readonly from: string | undefined
      readonly sources: readonly string[]
      readonly destination: string
    }

type Draft = { -readonly [Key in keyof Stage]: Stage[Key] } & {
  steps: Step[]
  env: Record<string, string>
  args: Record<string, string>
  labels: Record<string, string>
}

/** Reads a Dockerfile. An instruction that the tests do not know is an error: they would prove something else. */
export function parseDockerfile(text: string): Stage[] {
  const stages: Draft[] = []
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    if (instruction.getKeyword() === 'FROM') stages.push(startStage(instruction as From, stages.length))
    else read(instruction, stages.at(-1)!)
  }
  return stages
}

function startStage(from: From, index: number): Draft {
  return {
    name: from.getBuildStage() ?? String(index),
    from: from.getImage()!,
    platform: from.getPlatformFlag()?.getValue() ?? undefined,
    steps: [],
    env: {},
    args: {},
    labels: {},
    user: undefined,
    ports: [],
    entrypoint: undefined,
    healthcheck: undefined,
  }
}

function read(instruction: Instruction, stage: Draft): void {
  const values = instruction.getArguments().map((argument) => argument.getValue())
  switch (instruction.getKeyword()) {
    case 'WORKDIR':
      stage.steps.push({ do: 'WORKDIR', path: values[0]! })
      break
    case 'RUN':
      stage.steps.push({ do: 'RUN', command: instruction.getArgumentsContent()! })
      break
    case 'COPY':
      stage.steps.push({
        do: 'COPY',
        from: (instruction as Copy).getFromFlag()?.getValue() ?? undefined,
        sources: values.slice(0, -1),
        destination: values.at(-1)!,
      })
      break
    case 'ENV':
      for (const property of (instruction as Env).getProperties())
        stage.env[property.getName()] = property.getUnescapedValue()!
      break
    case 'ARG': {
      const property = (instruction as Arg).getProperty()!
      stage.args[property.getName()] = property.getUnescapedValue() ?? ''
      break
    }
    case 'LABEL':
      for (const property of (instruction as Label).getProperties())
        stage.labels[property.getName()] = property.getValue()!
      break
    case 'USER':
      stage.user = values[0]
      break
    case 'EXPOSE':
      stage.ports = values
      break
    case 'ENTRYPOINT':
      stage.entrypoint = (instruction as JSONInstruction).getJSONStrings().map((part) => part.getJSONValue())
      break
    case 'HEALTHCHECK':
      stage.healthcheck = readHealthcheck(instruction as Healthcheck)
      break
    default:
      throw new Error(`the tests do not know ${instruction.getKeyword()}`)
  }
}

function readHealthcheck(instruction: Healthcheck): string[] {
  const content = instruction.getArgumentsContent()!
  return JSON.parse(content.slice(content.indexOf('['))) as string[]
}
