// MPEG-1 layer III, 128 kbit/s, 44.1 kHz; a frame whose other 413 bytes are zero decodes as silence.
const frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(413)])
const framesPerSecond = 44_100 / 1152

/** Makes a silent MP3 file of about this many seconds. */
export function mp3Silence(seconds: number): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(seconds * framesPerSecond) }, () => frame))
}
