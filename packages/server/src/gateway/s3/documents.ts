import { escapeXml, S3Error } from './errors.ts';
import { keyNamed } from './names.ts';
import type { S3Request } from './request.ts';
import { requestTagContext, type Tag } from './tags.ts';
import { type Element, malformed, only, onlyChildren, parseXml, textOf } from './xml.ts';

/** What the document of a request adds to the conditions, and the document as the backend gets it. */
export interface ReadDocument {
  readonly context: ReadonlyMap<string, string | readonly string[]>;
  readonly body: Buffer;
}

const prologue = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/**
 * Reads the documents that conditions are about, and writes them anew, so that the backend reads what was
 * authorised; other documents pass as they are. Throws `S3Error`.
 */
export function readDocument({ operation }: S3Request, body: Buffer): ReadDocument {
  switch (operation.name) {
    case 'PutObjectTagging': {
      const tags = tagsOfDocument(body);
      return { context: requestTagContext(tags), body: taggingDocument(tags) };
    }
    case 'PutObjectRetention': {
      const retention = rootOf(body, 'Retention', ['Mode', 'RetainUntilDate']);
      const mode = textOf(retention, 'Mode');
      const until = textOf(retention, 'RetainUntilDate');
      const context = present({ 's3:object-lock-mode': mode, 's3:object-lock-retain-until-date': until });
      return { context, body: document('Retention', leaf('Mode', mode) + leaf('RetainUntilDate', until)) };
    }
    case 'PutObjectLegalHold': {
      const status = textOf(rootOf(body, 'LegalHold', ['Status']), 'Status');
      return {
        context: present({ 's3:object-lock-legal-hold': status }),
        body: document('LegalHold', leaf('Status', status)),
      };
    }
    case 'CreateBucket': {
      if (body.length === 0) return { context: new Map(), body };
      const constraint = textOf(
        rootOf(body, 'CreateBucketConfiguration', ['LocationConstraint']),
        'LocationConstraint',
      );
      const context = present({ 's3:locationconstraint': constraint });
      return { context, body: document('CreateBucketConfiguration', leaf('LocationConstraint', constraint)) };
    }
    case 'RestoreObject': {
      // A restore can select, and write what it selects to any bucket: no permission on this object covers that.
      const root = rootOf(body, 'RestoreRequest', undefined);
      if (root.children.some(({ name }) => name === 'OutputLocation' || name === 'SelectParameters')) {
        throw new S3Error(
          'NotImplemented',
          'A parameter you provided implies functionality that is not implemented.',
        );
      }
      return { context: new Map(), body };
    }
    case 'SelectObjectContent':
      rootOf(body, 'SelectObjectContentRequest', undefined);
      return { context: new Map(), body };
    case 'CompleteMultipartUpload':
      rootOf(body, 'CompleteMultipartUpload', ['Part']);
      return { context: new Map(), body };
    default:
      return { context: new Map(), body };
  }
}

/** The tags of a `Tagging` document, in a request or in the backend's answer. */
export function tagsOfDocument(body: Buffer): Tag[] {
  const set = only(rootOf(body, 'Tagging', ['TagSet']), 'TagSet');
  if (set === undefined) throw malformed();
  onlyChildren(set, ['Tag']);
  return set.children.map((tag): Tag => {
    onlyChildren(tag, ['Key', 'Value']);
    const key = textOf(tag, 'Key');
    if (key === undefined || key === '') throw malformed();
    return [key, textOf(tag, 'Value') ?? ''];
  });
}

export function taggingDocument(tags: readonly Tag[]): Buffer {
  const set = tags.map(([key, value]) => `<Tag>${leaf('Key', key)}${leaf('Value', value)}</Tag>`).join('');
  return document('Tagging', `<TagSet>${set}</TagSet>`);
}

/** An object to delete, as a `Delete` document names it. */
export interface Deletion {
  readonly key: string;
  readonly versionId: string | undefined;
  /** ETag, LastModifiedTime and Size: conditions that pass on as they are. */
  readonly conditions: readonly Element[];
}

/** DeleteObjects takes up to this many keys. */
const maxDeletions = 1000;
const deletionConditions = ['ETag', 'LastModifiedTime', 'Size'];

export function readDeletions(body: Buffer): {
  readonly objects: readonly Deletion[];
  readonly quiet: boolean;
} {
  const root = rootOf(body, 'Delete', ['Object', 'Quiet']);
  const objects = root.children
    .filter(({ name }) => name === 'Object')
    .map((object): Deletion => {
      onlyChildren(object, ['Key', 'VersionId', ...deletionConditions]);
      const key = textOf(object, 'Key');
      const versionId = textOf(object, 'VersionId');
      if (key === undefined || key === '' || versionId === '') throw malformed();
      const conditions = deletionConditions
        .map((name) => only(object, name))
        .filter((element) => element !== undefined);
      return { key: keyNamed(key), versionId, conditions };
    });
  if (objects.length === 0 || objects.length > maxDeletions) throw malformed();
  return { objects, quiet: textOf(root, 'Quiet') === 'true' };
}

export function deleteDocument(objects: readonly Deletion[], quiet: boolean): Buffer {
  const entries = objects.map(({ key, versionId, conditions }) => {
    const rest = conditions.map(({ name, text }) => leaf(name, text)).join('');
    return `<Object>${leaf('Key', key)}${leaf('VersionId', versionId)}${rest}</Object>`;
  });
  return document('Delete', (quiet ? '<Quiet>true</Quiet>' : '') + entries.join(''));
}

export function document(name: string, content: string): Buffer {
  return Buffer.from(`${prologue}<${name} xmlns="${namespace}">${content}</${name}>`);
}

export function leaf(name: string, text: string | undefined): string {
  return text === undefined ? '' : `<${name}>${escapeXml(text)}</${name}>`;
}

/** A store could take the document of one POST for that of another, so its root is checked even where nothing is read. */
function rootOf(body: Buffer, name: string, children: readonly string[] | undefined): Element {
  const root = parseXml(body);
  if (root.name !== name) throw malformed();
  if (children !== undefined) onlyChildren(root, children);
  return root;
}

function present(values: Readonly<Record<string, string | undefined>>): Map<string, string> {
  return new Map(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
