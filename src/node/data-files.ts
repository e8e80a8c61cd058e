/** What stands in a data folder. A file of its own: a client of the control socket looks for two of them and needs no database. */
export const DATA_FILES = {
  /** LevelDB; its lock says that a node runs. */
  database: 'db',
  /** The node's secret, 32 bytes. */
  nodeKey: 'node.key',
  /** The control socket, if its path is short enough. */
  socket: 'control.sock',
  /** Where the control socket is instead, if its path here would be too long. */
  socketPointer: 'control.path',
} as const
