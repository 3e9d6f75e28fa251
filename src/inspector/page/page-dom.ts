type Child = Node | string | undefined

/** An element. Strings become text nodes: nothing that came with a request or a response can become markup. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  for (const child of children) if (child !== undefined) element.append(child)
  return element
}

export function svg(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

/** An element of the page that is there from the start. */
export function byId(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement
}

/** Writes only what has changed, so that a selection and a screen reader stay undisturbed. */
export function setText(element: Node, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Says something to screen readers when they are done with what they are saying. */
export function announce(text: string): void {
  setText(byId('announcer'), text)
}
