export type Colour = (text: string) => string

/** The colours of a terminal (ECMA-48, SGR), or none: each function puts one around a text. */
export interface Colours {
  readonly dim: Colour
  readonly red: Colour
  readonly green: Colour
  readonly yellow: Colour
  readonly cyan: Colour
}

export function createColours(enabled: boolean): Colours {
  const colour =
    (on: number, off: number): Colour =>
    (text) =>
      enabled && text !== '' ? `\x1b[${on}m${text}\x1b[${off}m` : text
  return {
    dim: colour(2, 22),
    red: colour(31, 39),
    green: colour(32, 39),
    yellow: colour(33, 39),
    cyan: colour(36, 39),
  }
}

/**
 * Makes text from outside visible where a terminal would obey it: control characters, escape sequences, what turns the
 * direction of writing or has no width.
 *
 * @example
 * withoutControls('/a\x1b[2J') // '/a\\u001b[2J'
 */
export function withoutControls(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}
