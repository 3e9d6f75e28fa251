import { connect } from 'node:net'

// Downloads, or uploads, once and discards what it reads; then prints seconds from connect to the last byte. It has a
// process of its own and no HTTP library, so that it is never what is slow. Arguments: GET or POST, port, path, bytes.

const [method, port, path, size] = process.argv.slice(2)
const bytes = Number(size)

const began = performance.now()
let head = ''
let received = 0
const socket = connect({
  port: Number(port),
  host: '127.0.0.1',
  onread: {
    buffer: Buffer.alloc(1024 * 1024),
    callback(length, buffer) {
      if (received < 1024) head += Buffer.from(buffer.subarray(0, Math.min(length, 1024))).toString('latin1')
      received += length
      return true
    },
  },
})
socket.on('end', () => {
  const isWhole = method === 'POST' || received > bytes
  if (!head.startsWith('HTTP/1.1 200 ') || !isWhole) {
    process.stderr.write(`${received} bytes, no success: ${head}`)
    process.exit(1)
  }
  process.stdout.write(String((performance.now() - began) / 1000))
})
socket.write(
  `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n${
    method === 'POST' ? `Content-Type: audio/mpeg\r\nContent-Length: ${bytes}\r\n` : ''
  }\r\n`,
)
if (method === 'POST') {
  const chunk = Buffer.alloc(256 * 1024, 'x')
  let left = bytes
  const more = () => {
    while (left > 0) {
      const part = chunk.subarray(0, left)
      left -= part.length
      if (!socket.write(part)) return void socket.once('drain', more)
    }
  }
  more()
}
