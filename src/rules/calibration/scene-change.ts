export class SceneWatch {
  observe(_: unknown): boolean {
    return false;
  }
}
