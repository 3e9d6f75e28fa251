import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

/** What a PromQL expression asks of a metric. */
export interface Use {
  readonly metric: string
  /** Labels that it matches or groups by. */
  readonly labels: Set<string>
  /** What a label is compared with: the value of `=`, and those of a regular expression that only lists some. */
  readonly values: readonly (readonly [label: string, value: string])[]
}

/** Reads an expression by Prometheus' own grammar. @throws Error where it is not PromQL */
export function usesOf(expression: string): Use[] {
  const tree = parser.parse(expression)
  tree.iterate({
    enter({ type, from }) {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${expression}`)
    },
  })
  return visit(tree.topNode)

  function visit(node: SyntaxNode): Use[] {
    if (node.name === 'VectorSelector') return [readSelector(node)]
    const uses = childrenOf(node).flatMap(visit)
    if (node.name === 'AggregateExpr') {
      const grouped = node.getChild('AggregateModifier')?.getChild('GroupingLabels')?.getChildren('LabelName')
      for (const { labels } of uses) for (const label of grouped ?? []) labels.add(text(label))
    }
    return uses
  }

  function readSelector(node: SyntaxNode): Use {
    const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []
    const read = matchers.map((matcher) => ({
      label: text(matcher.getChild('LabelName')!),
      isRegex: /^[=!]~$/.test(text(matcher.getChild('MatchOp')!)),
      value: text(matcher.getChild('StringLiteral')!).slice(1, -1),
    }))
    return {
      metric: text(node.getChild('Identifier')!),
      labels: new Set(read.map(({ label }) => label)),
      values: read.flatMap(({ label, isRegex, value }) => {
        const listed = isRegex ? value.split('|') : [value]
        return listed.every((one) => /^[\w-]+$/.test(one)) ? listed.map((one) => [label, one] as const) : []
      }),
    }
  }

  function text({ from, to }: SyntaxNode): string {
    return expression.slice(from, to)
  }
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}
