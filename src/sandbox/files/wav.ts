const sampleRate = 8000

/**
 * Makes a WAV file (RIFF, 8-bit mono PCM) with one soft tone: small, and playable.
 * @param hertz the tone's pitch; @param seconds its length.
 */
export function wavTone(hertz: number, seconds: number): Buffer {
  const samples = Math.round(sampleRate * seconds)
  const file = Buffer.alloc(44 + samples)
  file.write('RIFF', 0, 'latin1')
  file.writeUInt32LE(36 + samples, 4)
  file.write('WAVEfmt ', 8, 'latin1')
  file.writeUInt32LE(16, 16) // size of the format block
  file.writeUInt16LE(1, 20) // PCM
  file.writeUInt16LE(1, 22) // channels
  file.writeUInt32LE(sampleRate, 24)
  file.writeUInt32LE(sampleRate, 28) // bytes a second
  file.writeUInt16LE(1, 32) // bytes a frame
  file.writeUInt16LE(8, 34) // bits a sample
  file.write('data', 36, 'latin1')
  file.writeUInt32LE(samples, 40)
  for (let index = 0; index < samples; index++) {
    file[44 + index] = 128 + Math.round(60 * Math.sin((2 * Math.PI * hertz * index) / sampleRate))
  }
  return file
}
