import { escapeXml } from './xml.js'
import { zip } from './zip.js'

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const packageTypes = 'http://schemas.openxmlformats.org/package/2006'
const documentTypes = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const sheetTypes = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const partTypes = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** Makes a workbook of one sheet of text cells: the minimum that spreadsheet programs open (ECMA-376). */
export function xlsx(rows: readonly (readonly string[])[]): Buffer {
  const parts: Readonly<Record<string, string>> = {
    '[Content_Types].xml':
      `<Types xmlns="${packageTypes}/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Override PartName="/xl/workbook.xml" ContentType="${partTypes}.sheet.main+xml"/>` +
      `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${partTypes}.worksheet+xml"/></Types>`,
    '_rels/.rels': relationship('officeDocument', 'xl/workbook.xml'),
    'xl/workbook.xml':
      `<workbook xmlns="${sheetTypes}" xmlns:r="${documentTypes}">` +
      '<sheets><sheet name="Report" sheetId="1" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': relationship('worksheet', 'worksheets/sheet1.xml'),
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${sheetTypes}"><sheetData>${rows.map(row).join('')}</sheetData></worksheet>`,
  }
  return zip(
    Object.entries(parts).map(([name, content]) => ({ name, content: Buffer.from(declaration + content) })),
  )
}

function relationship(type: string, target: string): string {
  const one = `<Relationship Id="rId1" Type="${documentTypes}/${type}" Target="${target}"/>`
  return `<Relationships xmlns="${packageTypes}/relationships">${one}</Relationships>`
}

function row(cells: readonly string[]): string {
  return `<row>${cells.map((cell) => `<c t="inlineStr"><is><t>${escapeXml(cell)}</t></is></c>`).join('')}</row>`
}
