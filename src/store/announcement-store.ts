import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { z } from 'zod';

const Components = z.record(z.string(), z.string());

/** The components of an announced device: its platform by its name. */
export type AnnouncedComponents = z.infer<typeof Components>;

/**
 * What was announced to Home Assistant, and may have to be taken back, perhaps only after a restart. It is kept here
 * rather than read back from the broker: that needs no permission to read there, no guess at when the broker has sent
 * all, and it still knows when the broker has lost its memory while Home Assistant has not.
 */
export class AnnouncementStore {
  readonly #database: DatabaseSyncInstance;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  /** Announced components by the topic of their device. */
  all(): Map<string, AnnouncedComponents> {
    const rows = this.#database.prepare('SELECT topic, components FROM announcements').all() as unknown as {
      topic: string;
      components: string;
    }[];
    return new Map(rows.map(({ topic, components }) => [topic, Components.parse(JSON.parse(components))]));
  }

  put(topic: string, components: AnnouncedComponents): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO announcements VALUES (?, ?)')
      .run(topic, JSON.stringify(components));
  }

  remove(topic: string): void {
    this.#database.prepare('DELETE FROM announcements WHERE topic = ?').run(topic);
  }
}
