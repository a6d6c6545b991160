import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ffmpegVersion } from '../capture/ffmpeg-version.js';
import { WordwatchError } from '../shared/errors.js';

/** Something that is not an npm package and that the program or its tests start. */
interface Requirement {
  /** What it is for, in a few words. */
  use: string;
  /** Debian packages that bring it. */
  packages: string[];
  isPresent: (env: NodeJS.ProcessEnv) => boolean;
}

/** `run`: what the program itself needs; `test`: what its test suite needs besides. */
export type Purpose = 'run' | 'test';

const RUN: Requirement[] = [
  {
    use: 'reading video',
    packages: ['ffmpeg'],
    isPresent: (env) => onPath(env, 'ffmpeg') && onPath(env, 'ffprobe'),
  },
];

const TEST: Requirement[] = [
  {
    use: 'a real MQTT broker',
    packages: ['mosquitto', 'mosquitto-clients'],
    isPresent: (env) => onPath(env, 'mosquitto') && onPath(env, 'mosquitto_sub'),
  },
  { use: 'certificates', packages: ['openssl'], isPresent: (env) => onPath(env, 'openssl') },
  { use: 'a real browser', packages: ['chromium'], isPresent: (env) => onPath(env, 'chromium') },
  {
    use: 'a real RTSP server',
    packages: [
      'gir1.2-gst-rtsp-server-1.0',
      'python3-gi',
      'gstreamer1.0-plugins-base',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-ugly',
    ],
    isPresent: hasRtspServer,
  },
];

/** What {@link runDoctor} is asked to do. */
export interface DoctorOptions {
  purpose: Purpose;
  /** Install what is missing, where that is possible. */
  fix: boolean;
  json: boolean;
  /** Where programs are looked for, and what `apt-get` gets. */
  env: NodeJS.ProcessEnv;
  stdout: (text: string) => void;
  /** For words about what is being done. */
  stderr: (text: string) => void;
}

/**
 * Says what is installed and what is missing, with the command that mends it; with `fix`, runs that command when the
 * user is root on Debian or Ubuntu.
 * @throws WordwatchError `missing-packages` when something is still missing afterwards
 */
export function runDoctor({ purpose, fix, json, env, stdout, stderr }: DoctorOptions): void {
  const requirements = purpose === 'test' ? [...RUN, ...TEST] : RUN;
  const missing = requirements.filter((requirement) => !requirement.isPresent(env));
  if (missing.length > 0 && fix && mayInstall(env)) install(packagesOf(missing), { env, stderr });
  const report = requirements.map((requirement) => ({ ...requirement, present: requirement.isPresent(env) }));
  // `--fix` stands in front of other commands: it has nothing to say where nothing is missing.
  if (!fix || json) print(report, { json, stdout });
  const still = report.filter(({ present }) => !present);
  if (still.length === 0) return;
  throw new WordwatchError('missing-packages', `missing: ${still.map(({ use }) => use).join(', ')}`, {
    hint: isDebian()
      ? `Type: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packagesOf(still).join(' ')}`
      : `Install with your system's package manager what Debian calls: ${packagesOf(still).join(' ')}`,
  });
}

function print(
  report: (Requirement & { present: boolean })[],
  { json, stdout }: Pick<DoctorOptions, 'json' | 'stdout'>,
): void {
  if (json) stdout(`${JSON.stringify({ kind: 'node', present: true, version: process.version })}\n`);
  else stdout(`ok       Node.js ${process.version}\n`);
  for (const { use, packages, present } of report) {
    if (json) stdout(`${JSON.stringify({ kind: packages[0], use, present, packages })}\n`);
    else
      stdout(
        `${present ? 'ok      ' : 'MISSING '} ${packages[0]} (${use})${versionOf(packages[0]!, present)}\n`,
      );
  }
}

function versionOf(program: string, present: boolean): string {
  if (!present || program !== 'ffmpeg') return '';
  return ` ${ffmpegVersion() ?? ''}`;
}

function packagesOf(requirements: readonly Requirement[]): string[] {
  return requirements.flatMap(({ packages }) => packages);
}

function install(packages: string[], { env, stderr }: Pick<DoctorOptions, 'env' | 'stderr'>): void {
  stderr(`Installing with apt-get, because they are missing: ${packages.join(' ')}\n`);
  // Debian's words go to stderr: stdout is data. The lists may be old or absent on a fresh machine.
  const options = {
    stdio: ['ignore', 2, 2] as ['ignore', 2, 2],
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  const waitForLock = ['-o', 'DPkg::Lock::Timeout=300'];
  spawnSync('apt-get', [...waitForLock, '-qq', 'update'], options);
  spawnSync(
    'apt-get',
    [...waitForLock, '-qq', 'install', '-y', '--no-install-recommends', ...packages],
    options,
  );
}

function mayInstall(env: NodeJS.ProcessEnv): boolean {
  return process.getuid?.() === 0 && isDebian() && onPath(env, 'apt-get');
}

function isDebian(): boolean {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false; // not Linux
  }
}

function onPath(env: NodeJS.ProcessEnv, program: string): boolean {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The RTSP server is a library: the only way to know is to load it, with the system's own Python. */
function hasRtspServer(): boolean {
  const program =
    "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer; Gst.init(None); assert Gst.ElementFactory.find('x264enc') and Gst.ElementFactory.find('qtdemux') and Gst.ElementFactory.find('videotestsrc')";
  return spawnSync('/usr/bin/python3', ['-c', program], { stdio: 'ignore' }).status === 0;
}
