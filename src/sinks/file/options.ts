// Options of the file sink, which the files of a spool follow, too.
import { optionsFrom, type OptionsOf, optionTable } from "../../base/option.ts";

const KIB = 1024;

export const FILE_OPTIONS = optionTable({
  maxSize: {
    key: "file_max_size",
    kind: "size",
    min: KIB,
    max: KIB ** 5,
    zero: "never rotated",
    default: 0,
    sample: 100 * KIB ** 2,
    doc: "The file is rotated past this size, to hook.log.1, hook.log.2, ...; 0, the default: never. Then " +
      "logrotate or another program must see to it, or the disk fills.",
  },
  maxFiles: {
    key: "file_max_files",
    kind: "integer",
    min: 1,
    max: 1_000,
    default: 5,
    doc: "Rotated files that are kept.",
  },
  compress: {
    key: "file_compress",
    kind: "boolean",
    default: false,
    doc: "Rotated files are gzipped.",
  },
  mode: {
    key: "file_mode",
    kind: "mode",
    sample: 0o640,
    doc: 'Of new files, rotated ones too, whatever the umask; without it 0640 less the umask. "0644" for a ' +
      "shipper that runs as another user, who also needs the folder: it is made with 0750.",
  },
  fsync: {
    key: "file_fsync",
    kind: "choice",
    choices: ["never", "1s", "always"],
    default: "never",
    doc:
      'When the kernel is told to write to the device: "never", "1s" (once a second) or "always" (before ' +
      "each acknowledgement).",
  },
  bufferBytes: {
    key: "file_buffer",
    kind: "size",
    min: 4 * KIB,
    max: KIB ** 3,
    default: 16 * KIB ** 2,
    doc: "Lines kept in memory while the disk takes none; past it lines are dropped and counted.",
  },
});

export type FileOptions = OptionsOf<typeof FILE_OPTIONS>;

export const FILE_DEFAULTS: FileOptions = optionsFrom(FILE_OPTIONS);
