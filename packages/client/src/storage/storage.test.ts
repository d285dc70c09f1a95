import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultStorage, memoryStorage } from './storage.ts';

const localStorage = memoryStorage();

describe('defaultStorage', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('is localStorage in a browser', () => {
    vi.stubGlobal('window', { localStorage });
    expect(defaultStorage()).toBe(localStorage);
  });

  it('is memory where there is no window: one visitor’s session is never another’s', () => {
    vi.stubGlobal('localStorage', localStorage);
    expect(defaultStorage()).not.toBe(localStorage);
    expect(defaultStorage().shared).toBe(false);
  });

  it('is memory where the browser forbids storage', () => {
    vi.stubGlobal('window', {
      get localStorage(): never {
        throw new DOMException('forbidden', 'SecurityError');
      },
    });
    expect(defaultStorage().shared).toBe(false);
  });

  it('is memory in React Native, whose window has no localStorage', () => {
    vi.stubGlobal('window', {});
    expect(defaultStorage().shared).toBe(false);
  });
});
