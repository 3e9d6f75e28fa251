/** An MP4 file that has nothing but its first box, which says that it is one. */
export const emptyMp4 = Buffer.from('\0\0\0\u0018ftypmp42\0\0\0\0mp42isom', 'latin1')
