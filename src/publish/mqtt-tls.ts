import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { messageOf, WordwatchError } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';

/** Where the certificates lie; null: none of one's own. */
export interface TlsPaths {
  /** Certificates of those who may sign the broker's; null: those that Node.js knows. */
  ca: string | null;
  /** The program's own certificate and its key, for a broker that asks for them. */
  cert: string | null;
  key: string | null;
  /** Takes any certificate of the broker: whoever sits in between can read along. */
  insecure: boolean;
}

/** The same, read: what a TLS connection needs. */
export interface TlsFiles {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  rejectUnauthorized: boolean;
}

/**
 * Reads the certificates.
 * @throws WordwatchError `bad-tls-file` when one cannot be read or is none, or certificate and key do not match
 */
export async function readTlsFiles({ ca, cert, key, insecure }: TlsPaths, logger: Logger): Promise<TlsFiles> {
  if (insecure) logger.warn({}, 'mqtt.tls.insecure is set: the MQTT broker’s certificate is not checked');
  const files: TlsFiles = { rejectUnauthorized: !insecure };
  for (const [name, path] of Object.entries({ ca, cert, key })) {
    if (path === null) continue;
    files[name as 'ca' | 'cert' | 'key'] = await readFile(path).catch((error) => {
      throw unusable(`mqtt.tls.${name} ${path}: ${messageOf(error)}`, error);
    });
  }
  if (files.ca) tryOut('mqtt.tls.ca', { ca: files.ca });
  if (files.cert) tryOut('mqtt.tls.cert', { cert: files.cert });
  if (files.key) tryOut('mqtt.tls.key', { key: files.key });
  tryOut('mqtt.tls.cert and mqtt.tls.key', files);
  return files;
}

/** Node.js would otherwise tell only when it connects, and not which of the files it means. */
function tryOut(name: string, files: Partial<TlsFiles>): void {
  try {
    createSecureContext(files);
  } catch (error) {
    throw unusable(`${name}: ${messageOf(error)}`, error);
  }
}

function unusable(message: string, cause: unknown): WordwatchError {
  return new WordwatchError('bad-tls-file', message, {
    cause,
    hint: 'Expected PEM files (-----BEGIN …) that this user may read, and a key without a passphrase.',
    userInput: true,
  });
}
