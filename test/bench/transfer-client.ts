import { connect } from 'node:net'

// Downloads, or uploads, once and discards what it reads; then prints seconds from connect to the last byte. It has a
// process of its own and no HTTP library, so that it is never what is slow. Arguments: GET or POST, port, path, bytes.

const [method, port, path, size] = process.argv.slice(2)
const bytes = Number(size)

const began = performance.now()
let head = ''
let headBytes = 0
let received = 0
const socket = connect({
  port: Number(port),
  host: '127.0.0.1',
  onread: {
    buffer: Buffer.alloc(1024 * 1024),
    callback(length, buffer) {
      received += length
      const text = (part: Uint8Array) => Buffer.from(part).toString('latin1')
      if (headBytes === 0) {
        head += text(buffer.subarray(0, length))
        headBytes = head.indexOf('\r\n\r\n') + 4
        if (headBytes < 4) headBytes = 0
        else head = head.slice(0, headBytes)
      }
      // Not every program closes the connection when it is asked to.
      if (headBytes > 0 && isWhole(text(buffer.subarray(Math.max(0, length - 5), length)))) finish()
      return true
    },
  },
})
socket.on('error', fail)
socket.on('end', fail)

function isWhole(lastBytes: string): boolean {
  const length = /^content-length: (\d+)/im.exec(head)?.[1]
  return length === undefined ? lastBytes === '0\r\n\r\n' : received >= headBytes + Number(length)
}

function finish(): void {
  const isSuccess = head.startsWith('HTTP/1.1 200 ') && (method === 'POST' ? left === 0 : received >= bytes)
  if (!isSuccess) return fail()
  process.stdout.write(String((performance.now() - began) / 1000))
  socket.off('end', fail).destroy()
}

function fail(error?: Error): void {
  process.stderr.write(`${error?.message ?? ''} ${received} bytes received: ${head}`)
  process.exit(1)
}

let left = method === 'POST' ? bytes : 0
const type = method === 'POST' ? `Content-Type: audio/mpeg\r\nContent-Length: ${bytes}\r\n` : ''
socket.write(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n${type}\r\n`)
const chunk = Buffer.alloc(256 * 1024, 'x')
function upload(): void {
  while (left > 0) {
    const part = chunk.subarray(0, left)
    left -= part.length
    if (!socket.write(part)) return void socket.once('drain', upload)
  }
}
upload()
