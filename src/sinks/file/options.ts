// Options of the file sink.

export interface FileOptions {
  /** `file_max_size`, bytes after which the file is rotated; 0: never. */
  readonly maxSize: number;
  /** `file_max_files`, rotated files kept beside the live one (`hook.log.1` is the newest). */
  readonly maxFiles: number;
  /** `file_compress`: rotated files are gzipped (`hook.log.1.gz`). */
  readonly compress: boolean;
  /** `file_mode` of new files, rotated and gzipped ones too, whatever the umask; undefined: 0640 less the umask. */
  readonly mode?: number | undefined;
  /** `file_fsync`: when the kernel is told to write to the device: never, once a second, or in every turn before any acknowledgement leaves. */
  readonly fsync: "never" | "1s" | "always";
  /** `file_buffer`, bytes of lines kept in memory while the disk takes none; beyond it new lines are dropped and counted. */
  readonly bufferBytes: number;
}

export const FILE_DEFAULTS: FileOptions = {
  maxSize: 0,
  maxFiles: 5,
  compress: false,
  mode: undefined,
  fsync: "never",
  bufferBytes: 16 * 1024 * 1024,
};
