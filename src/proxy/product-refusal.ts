import { decompressed } from '../http/content-coding.js'

/** A fault is under 1 KiB. What is longer is not looked at to its end. */
export const LONGEST_FAULT_BYTES = 16 * 1024

/**
 * Whether a 401 says that the app lacks the API product for this path, or that the product does not list the path. A
 * new token would be refused just the same, so such a 401 renews nothing.
 *
 * Codes: Apigee's documentation of key management faults; 8x8 documents none of its own.
 */
export function isProductRefusal(body: Buffer, contentEncoding: string | undefined): boolean {
  try {
    const content =
      contentEncoding === undefined ? body : decompressed(body, contentEncoding, LONGEST_FAULT_BYTES)
    const { fault } = JSON.parse(String(content ?? body)) as {
      fault?: { faultstring?: unknown; detail?: { errorcode?: unknown } }
    }
    return (
      PRODUCT_CODE.test(String(fault?.detail?.errorcode)) || PRODUCT_TEXT.test(String(fault?.faultstring))
    )
  } catch {
    return false
  }
}

const PRODUCT_CODE = /(?:NoApiProductMatchFound|apiresource_doesnot_exist|InsufficientScope)$/i
const PRODUCT_TEXT = /no apiproduct match found/i
