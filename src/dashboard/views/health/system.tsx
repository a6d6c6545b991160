import { LogOut } from 'lucide';
import type { ComponentChildren } from 'preact';
import type { SystemInfo } from '../../../server/api/system-routes.js';
import { ask } from '../../data/api.js';
import { asApiError } from '../../data/resource.js';
import { nowMs, problems, ruleProblems, visitor } from '../../data/state.js';
import { formatDuration } from '../../format.js';
import { Columns } from '../../parts/columns.js';
import { Fact } from '../../parts/fact.js';
import { Icon } from '../../parts/icon.js';
import { Scroll } from '../../parts/scroll.js';
import { Failure, Loading } from '../../parts/states.js';
import { toast } from '../../parts/toasts.js';
import { words } from '../../words.js';
import { CameraTable } from './camera-table.js';
import { Sparkline } from './sparkline.js';
import { StoreTable } from './store-table.js';
import { formatBytes } from './units.js';
import { coresUsed, useSystem } from './use-system.js';

/** How the program does, now and in the last minutes. */
export function SystemPart() {
  const { value: info, past, error, again } = useSystem();
  return (
    <>
      {error && <Failure error={error} retry={again} />}
      {!info && !error && <Loading />}
      <div class="system">
        <Problems />
        {info && (
          <>
            <Part title={words.system.cameras} isWide>
              <CameraTable info={info} past={past} />
            </Part>
            <div class="system-parts">
              <Part title={words.system.model}>
                <ModelFacts info={info} />
              </Part>
              <Part title={words.system.queues}>
                <Queues past={past} info={info} />
              </Part>
              <Part title={words.system.process}>
                <ProcessFacts past={past} info={info} />
              </Part>
              <Part title={words.system.deliveries}>
                <Deliveries info={info} />
              </Part>
              <Part title={words.system.store}>
                <StoreTable store={info.store} />
              </Part>
              <Session />
            </div>
          </>
        )}
      </div>
    </>
  );
}

function Part({
  title,
  isWide = false,
  children,
}: {
  title: string;
  isWide?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div class={`card part ${isWide ? 'wide' : ''}`}>
      <div class="caption">
        <h2>{title}</h2>
      </div>
      {children}
    </div>
  );
}

function Problems() {
  const [known, ofRules] = [problems.value, ruleProblems.value];
  return (
    <Part title={words.system.problems} isWide>
      {known.length === 0 && ofRules.length === 0 && <p class="quiet all-well">{words.system.noProblems}</p>}
      {known.length > 0 && (
        <dl class="facts">
          {known.map(({ part, reason }) => [<dt key={part}>{part}</dt>, <dd key={reason}>{reason}</dd>])}
        </dl>
      )}
      {ofRules.length > 0 && (
        <div class="rule-problems">
          <h3>{words.system.ruleProblems}</h3>
          <ul>
            {ofRules.map((problem) => (
              <li key={problem}>
                <code>{problem}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Part>
  );
}

function ModelFacts({ info: { model, versions } }: { info: SystemInfo }) {
  const { name, license, notice, device, runsAt, dimension, inputSizePx, modelHash, reason } = model;
  const facts = words.system.modelFacts;
  return (
    <dl class="facts">
      <Fact name={facts.name}>
        {name}
        {notice && <span class="model-notice">{notice}</span>}
      </Fact>
      <Fact name={facts.works} className={reason === null ? 'good' : 'bad'}>
        {reason ?? words.system.works}
      </Fact>
      <Fact name={facts.license}>{license ?? words.system.noLicense}</Fact>
      <Fact name={facts.runs}>
        {runsAt === 'here' ? words.system.runsHere(device, versions.onnxruntime) : words.system.runsAtServer}
      </Fact>
      <Fact name={facts.size}>{words.system.modelSize(inputSizePx, dimension)}</Fact>
      <Fact name={facts.hash} className="id">
        <code>{modelHash.slice(0, 16)}</code>
      </Fact>
    </dl>
  );
}

const QUEUES = ['modelBatches', 'storeEvents', 'vectorBytes'] as const;

function Queues({ info, past }: { info: SystemInfo; past: readonly SystemInfo[] }) {
  const { vectorsLost } = info.queues;
  return (
    <>
      <dl class="facts lined">
        {QUEUES.map((queue) => [
          <dt key={queue}>{words.system.queue[queue]}</dt>,
          <dd key={`${queue} now`}>
            <b>{queue === 'vectorBytes' ? formatBytes(info.queues[queue]) : info.queues[queue]}</b>
            <Sparkline values={past.map(({ queues }) => queues[queue])} least={0} />
          </dd>,
        ])}
      </dl>
      {vectorsLost > 0 && <p class="quiet bad">{words.system.vectorsLost(vectorsLost.toLocaleString())}</p>}
    </>
  );
}

function ProcessFacts({ info, past }: { info: SystemInfo; past: readonly SystemInfo[] }) {
  const { atMs, startedAtMs, process, versions } = info;
  const facts = words.system.processFacts;
  const cores = coresUsed(past);
  const used = cores.at(-1) ?? null;
  return (
    <dl class="facts lined">
      <Fact name={facts.uptime}>{formatDuration(atMs - startedAtMs)}</Fact>
      <Fact name={facts.memory}>
        <b>{formatBytes(process.residentBytes)}</b>
        <Sparkline values={past.map((before) => before.process.residentBytes)} least={0} />
      </Fact>
      <Fact name={facts.cpu}>
        <b>{used === null ? words.system.measuring : words.system.cpu(used.toFixed(2), process.cpus)}</b>
        <Sparkline values={cores} least={0} />
      </Fact>
      <Fact name={facts.versions}>
        {words.system.versions(
          versions.wordwatch,
          versions.node,
          versions.onnxruntime,
          versions.ffmpeg ?? words.system.missing,
        )}
      </Fact>
    </dl>
  );
}

function Deliveries({ info: { destinations } }: { info: SystemInfo }) {
  const { destination, state, waiting, oldest, lostEvents } = words.system;
  if (destinations.length === 0) return <p class="quiet">{words.system.noDeliveries}</p>;
  return (
    <Scroll label={words.system.deliveries}>
      <table>
        <Columns names={[destination, state, waiting, oldest, lostEvents]} numbersFrom={2} />
        <tbody>
          {destinations.map(({ name, connected, reason, waiting: count, oldestAtMs, dropped, refused }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class={connected ? 'good' : 'bad'}>
                {reason ?? (connected ? words.system.connected : words.system.notConnected)}
              </td>
              <td class="number">{count}</td>
              <td class="number">
                {oldestAtMs === null ? words.system.none : formatDuration(nowMs.value - oldestAtMs)}
              </td>
              <td class="number">{`${dropped}, ${refused}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Session() {
  const { name, scope } = visitor.value;
  return (
    <Part title={words.system.session}>
      {name === null ? (
        <p class="quiet">{words.system.nobody}</p>
      ) : (
        <>
          <dl class="facts">
            <Fact name={words.system.who}>{name}</Fact>
            <Fact name={words.system.may}>{words.system.scope[scope]}</Fact>
          </dl>
          <p class="sign-out">
            <button type="button" onClick={signOut}>
              <Icon of={LogOut} />
              {words.system.signOut}
            </button>
          </p>
        </>
      )}
    </Part>
  );
}

/** All that the page has seen goes with it. */
async function signOut(): Promise<void> {
  try {
    await ask('/api/session', { method: 'DELETE' });
    location.reload();
  } catch (error) {
    toast(asApiError(error).message);
  }
}
