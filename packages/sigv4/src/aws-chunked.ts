import { SignatureError } from './failure.ts';
import { foldSpace } from './request.ts';

/** Room for a size and a signature; a body without line ends is not collected for longer. */
const longestChunkLine = 128;
const longestTrailer = 4096;

/** What is found in an `aws-chunked` body, in order. */
export interface AwsChunkedEvents {
  /** A chunk begins; one of size 0 is the last. */
  chunk(size: number, signature: string | undefined): void;
  data(piece: Buffer): void;
  chunkEnd(): void;
}

/**
 * Takes an `aws-chunked` body apart, however it is cut into buffers:
 * `<hex size>[;chunk-signature=<signature>]\r\n<data>\r\n` for each chunk, then the trailer's lines.
 *
 * `write` and `end` throw `chunk-malformed`, and what the events throw.
 */
export class AwsChunkedParser {
  readonly #events: AwsChunkedEvents;
  #state: 'line' | 'data' | 'data-end' | 'trailer' = 'line';
  #dataLeft = 0;
  /** What there is so far of a chunk's line, of the line end after its data, or of the trailer. */
  #text = '';

  constructor(events: AwsChunkedEvents) {
    this.#events = events;
  }

  write(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') at = this.#readData(bytes, at);
      else if (this.#state === 'trailer') at = this.#readTrailer(bytes, at);
      else at = this.#readLine(bytes, at);
    }
  }

  /** The body has ended: the trailer's headers, names in lower case. */
  end(): Map<string, string> {
    if (this.#state !== 'trailer') throw malformed('the body ends before its last chunk');
    const headers = new Map<string, string>();
    for (const line of this.#text.split(/\r?\n/)) {
      if (line === '') continue;
      const [, name = '', value = ''] = /^([\w-]+)[ \t]*:(.*)$/.exec(line) ?? [];
      if (name === '') throw malformed('the trailer has a line that is no header');
      if (headers.has(name.toLowerCase())) throw malformed('the trailer has a header twice');
      headers.set(name.toLowerCase(), foldSpace(value));
    }
    return headers;
  }

  #readLine(bytes: Buffer, start: number): number {
    const lineFeed = bytes.indexOf(0x0a, start);
    const end = lineFeed === -1 ? bytes.length : lineFeed + 1;
    if (this.#text.length + end - start > longestChunkLine)
      throw malformed('a chunk has no proper first line');
    this.#text += bytes.toString('latin1', start, end);
    if (lineFeed === -1) return end;
    const line = this.#text;
    this.#text = '';
    if (this.#state === 'line') this.#beginChunk(line);
    else this.#endChunk(line);
    return end;
  }

  #beginChunk(line: string): void {
    const match = /^([0-9A-Fa-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?\r\n$/.exec(line);
    if (match === null) throw malformed('a chunk has no proper first line');
    const size = Number.parseInt(match[1] ?? '', 16);
    this.#events.chunk(size, match[2]);
    this.#dataLeft = size;
    this.#state = 'data';
    if (size === 0) {
      this.#events.chunkEnd();
      this.#state = 'trailer';
    }
  }

  #readData(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#dataLeft);
    this.#events.data(bytes.subarray(start, end));
    this.#dataLeft -= end - start;
    if (this.#dataLeft === 0) this.#state = 'data-end';
    return end;
  }

  #endChunk(line: string): void {
    if (line !== '\r\n') throw malformed('a chunk is longer than its size');
    this.#events.chunkEnd();
    this.#state = 'line';
  }

  #readTrailer(bytes: Buffer, start: number): number {
    if (this.#text.length + bytes.length - start > longestTrailer) throw malformed('the trailer is too long');
    this.#text += bytes.toString('latin1', start);
    return bytes.length;
  }
}

function malformed(message: string): SignatureError {
  return new SignatureError('chunk-malformed', message);
}
