/**
 * Whether a header's value stands for one that nobody has filled in: an empty variable of Postman or one that it does not
 * know, what documentation writes, or what a script makes of a variable that is not set.
 */
export function isPlaceholder(value: string): boolean {
  return value === '' || PLACEHOLDER.test(value)
}

const FORMS = [
  // <string>, {{x-api-key}}, {apiKey}, ${API_KEY}, [API Key], $API_KEY
  /<[^<>]*>/,
  /\$?\{[^{}]*\}/,
  /\{\{[^{}]*\}\}/,
  /\[[^[\]]*\]/,
  /\$\w+/,
  // YOUR_API_KEY, your-8x8-api-key-here
  /your[ _-](?:[a-z0-9]+[ _-]){0,3}key(?:[ _-]here)?/,
  /x?[ _-]?api[ _-]?key/,
  /string|undefined|null/,
]
const PLACEHOLDER = new RegExp(`^(?:${FORMS.map(({ source }) => source).join('|')})$`, 'i')
