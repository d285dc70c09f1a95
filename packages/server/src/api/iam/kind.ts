import { ServiceError } from '../../errors.ts';
import type { Collection, Versioned } from '../../store/store.ts';
import type { IamServices } from './services.ts';

/** A kind of IAM resource: where it is kept, what is said when it is not there, and who keeps it in memory. */
export interface Kind<T> {
  /** As messages name it: `role`. */
  readonly noun: string;
  collection(services: IamServices): Collection<T>;
  /** The key of the resource with this name or ARN. Throws ValidationError for what can be neither. */
  key(services: IamServices, name: string): string;
  /** False when what is stored under the key is another resource. Absent: it never is. */
  isNamed?(services: IamServices, document: T, name: string): boolean;
  /** The message of NoSuchEntity. */
  missing(name: string): string;
  /** Makes a change effective here at once. */
  forget(services: IamServices, key: string): void;
}

/** A resource as it is in the store this moment. Throws NoSuchEntity. */
export async function find<T>(services: IamServices, kind: Kind<T>, name: string): Promise<Versioned<T>> {
  const stored = await kind.collection(services).get(kind.key(services, name));
  const isIt = stored !== undefined && (kind.isNamed?.(services, stored.value, name) ?? true);
  if (!isIt) throw new ServiceError('NoSuchEntity', kind.missing(name));
  return stored;
}

/** Stores a new resource. Throws EntityAlreadyExists with the message `taken`. */
export async function create<T>(
  services: IamServices,
  kind: Kind<T>,
  name: string,
  document: T,
  taken: string,
): Promise<void> {
  const key = kind.key(services, name);
  const inserted = await kind.collection(services).insert(key, document);
  kind.forget(services, key);
  if (!inserted) throw new ServiceError('EntityAlreadyExists', taken);
}

/** How often a change is computed anew when others change the same document: Terraform makes many at once. */
const attempts = 20;

/** Changes a resource; `compute` may run several times. Throws NoSuchEntity and ConcurrentModification. */
export async function change<T>(
  services: IamServices,
  kind: Kind<T>,
  name: string,
  compute: (document: T) => T,
): Promise<T> {
  const key = kind.key(services, name);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { value, version } = await find(services, kind, name);
    const changed = compute(value);
    const replaced = await kind.collection(services).replace(key, changed, version);
    kind.forget(services, key);
    if (replaced) return changed;
  }
  throw concurrentModification(kind.noun);
}

/** Deletes a resource unless `refuse` throws. Throws NoSuchEntity, and ConcurrentModification when it has just changed. */
export async function remove<T>(
  services: IamServices,
  kind: Kind<T>,
  name: string,
  refuse: (document: T) => void | Promise<void> = () => {},
): Promise<void> {
  const key = kind.key(services, name);
  const { value, version } = await find(services, kind, name);
  await refuse(value);
  const deleted = await kind.collection(services).delete(key, version);
  kind.forget(services, key);
  if (!deleted) throw concurrentModification(kind.noun);
}

function concurrentModification(noun: string): ServiceError {
  return new ServiceError(
    'ConcurrentModification',
    `The request was rejected because the ${noun} was modified concurrently. Please try again.`,
  );
}
