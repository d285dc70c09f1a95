import { Transform, type TransformCallback } from 'node:stream';
import { S3Error } from './errors.ts';

/** A form read up to its file: the fields before it, and how long the file is, in bytes. */
export interface FormHead {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly fileName: string;
  readonly fileLength: number;
}

/** S3's limit on everything in the form but the file is 20 KB; what surrounds the fields is counted here too. */
const maxHead = 64 * 1024;
const headEnd = Buffer.from('\r\n\r\n');

/**
 * Reads a `multipart/form-data` body (RFC 7578) as S3's browser uploads have it: fields, then the file, then the end.
 * `head` resolves at the beginning of the file, whose bytes are what the stream gives. Because S3 takes nothing after
 * the file, its length follows from that of the whole; a body that ends otherwise fails before the file's last bytes.
 */
export class MultipartForm extends Transform {
  readonly head: Promise<FormHead>;
  readonly #headRead = Promise.withResolvers<FormHead>();
  readonly #delimiter: Buffer;
  readonly #closing: Buffer;
  readonly #contentLength: number;
  readonly #fields: [string, string][] = [];
  #buffered = Buffer.alloc(0);
  #consumed = 0;
  #fileLeft: number | undefined;
  /** The end of the file so far, in which a boundary may have begun. */
  #scanned = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #held: Buffer | undefined;

  /** `contentLength` is that of the whole body, in bytes. */
  constructor(boundary: string, contentLength: number) {
    super();
    this.#delimiter = Buffer.from(`--${boundary}`);
    this.#closing = Buffer.from(`\r\n--${boundary}--\r\n`);
    this.#contentLength = contentLength;
    this.head = this.#headRead.promise;
    // A form that fails before its file is reported there; nobody may be waiting when it fails later.
    this.head.catch(() => {});
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      if (this.#fileLeft === undefined) this.#readHead(bytes);
      else this.#readFile(bytes);
      done();
    } catch (error) {
      done(error instanceof Error ? error : malformed());
    }
  }

  override _flush(done: TransformCallback): void {
    const complete = this.#fileLeft === 0 && this.#tail.equals(this.#closing);
    if (complete && this.#held !== undefined) this.push(this.#held);
    done(complete ? null : malformed());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#headRead.reject(error ?? malformed());
    done(error);
  }

  #readHead(bytes: Buffer): void {
    this.#buffered = Buffer.concat([this.#buffered, bytes]);
    while (this.#fileLeft === undefined && this.#readPart());
    if (this.#fileLeft === undefined && this.#buffered.length > maxHead) throw tooLarge();
  }

  /** Reads one part that is there as a whole, or the head of the file's; false when more bytes are needed. */
  #readPart(): boolean {
    const end = this.#buffered.indexOf(headEnd);
    if (end === -1) return false;
    const start = this.#delimiter.length;
    if (
      !this.#buffered.subarray(0, start).equals(this.#delimiter) ||
      this.#buffered.toString('latin1', start, start + 2) !== '\r\n'
    )
      throw malformed();
    const { name, fileName } = disposition(this.#buffered.toString('utf8', start + 2, end));
    const content = end + headEnd.length;
    if (name.toLowerCase() === 'file') {
      this.#beginFile(content, fileName ?? '');
      return true;
    }
    const close = this.#buffered.indexOf(Buffer.concat([Buffer.from('\r\n'), this.#delimiter]), content);
    if (close === -1) return false;
    this.#fields.push([name, this.#buffered.toString('utf8', content, close)]);
    this.#drop(close + 2);
    if (this.#consumed > maxHead) throw tooLarge();
    return true;
  }

  #drop(length: number): void {
    this.#consumed += length;
    this.#buffered = this.#buffered.subarray(length);
  }

  #beginFile(content: number, fileName: string): void {
    this.#drop(content);
    const fileLength = this.#contentLength - this.#consumed - this.#closing.length;
    if (fileLength < 0) throw malformed();
    this.#fileLeft = fileLength;
    this.#headRead.resolve({ fields: this.#fields, fileName, fileLength });
    this.#readFile(this.#buffered);
    this.#buffered = Buffer.alloc(0);
  }

  /** A boundary inside the file is the end of it to every other reader, and what follows another field. */
  #refuseBoundary(file: Buffer): void {
    const delimiter = this.#closing.subarray(0, -4);
    const seen = Buffer.concat([this.#scanned, file]);
    if (seen.includes(delimiter)) throw malformed();
    this.#scanned = seen.subarray(1 - delimiter.length);
  }

  #readFile(bytes: Buffer): void {
    const left = this.#fileLeft ?? 0;
    const file = bytes.subarray(0, left);
    this.#refuseBoundary(file);
    this.#fileLeft = left - file.length;
    if (file.length > 0) {
      if (this.#held !== undefined) this.push(this.#held);
      this.#held = file;
    }
    this.#tail = Buffer.concat([this.#tail, bytes.subarray(file.length)]);
    if (this.#tail.length > this.#closing.length) throw malformed();
  }
}

/** The boundary of a `multipart/form-data` content type; undefined for another type. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const [, quoted, plain] =
    /^multipart\/form-data;[ \t]*boundary=(?:"([^"\r\n]{1,70})"|([^\s";,]{1,70}))[ \t]*$/i.exec(
      contentType ?? '',
    ) ?? [];
  return quoted ?? plain;
}

function disposition(head: string): { name: string; fileName: string | undefined } {
  const lines = head.split('\r\n').filter((line) => /^content-disposition:/i.test(line));
  const [line = ''] = lines;
  const [, name, fileName] =
    /^content-disposition:[ \t]*form-data;[ \t]*name="([^"]*)"(?:;[ \t]*filename="([^"]*)")?(?:;[ \t]*filename\*=[^;]*)?[ \t]*$/i.exec(
      line,
    ) ?? [];
  if (lines.length !== 1 || name === undefined) throw malformed();
  // Browsers write a quote in a name as %22, and line ends likewise.
  const unescaped = fileName?.replace(/%(22|0D|0A)/g, (encoded) => decodeURIComponent(encoded));
  return {
    name,
    fileName: unescaped?.slice(Math.max(unescaped.lastIndexOf('/'), unescaped.lastIndexOf('\\')) + 1),
  };
}

function malformed(): S3Error {
  return new S3Error(
    'MalformedPOSTRequest',
    'The body of your POST request is not well-formed multipart/form-data.',
  );
}

function tooLarge(): S3Error {
  return new S3Error(
    'MaxMessageLengthExceeded',
    'Your POST request fields preceding the upload file were too large.',
  );
}
