/** The page: joins the elements of index.html to a workplace. */
import './boot/locale.ts'
import './parts.css'
import './style.css'
import { ModelError, escaped } from '../core/errors.ts'
import { assign } from './assign.ts'
import { compileAhead } from './boot/ahead.ts'
import { createConsoleApi, createSampleListeners } from './session/console.ts'
import { shareDevice } from './boot/shared.ts'
import { bindSkips } from './boot/skips.ts'
import { createEntries } from './session/entries.ts'
import { filesNamed } from '../core/model/files.ts'
import { createData } from './data/entry.ts'
import { hasOwn, isUnsaved, noteSaved } from './data/own.ts'
import { scenarioAmong } from './data/kinds.ts'
import { firstOf } from './format.ts'
import { createHands } from './editing/hands.ts'
import { openPanel } from './figures/entry.ts'
import { createHeader } from './controls/header.ts'
import { addKeys, bindKeys, holdKeys } from './controls/keys.ts'
import { bindLevels, isLecture, levelSearch, linkSearch } from './controls/levels.ts'
import { type Building, bindBuilding } from './building/entry.ts'
import { parseScenario } from '../core/model/parse.ts'
import { createMenu } from './controls/menu.ts'
import { createMessages, textOf } from './messages.ts'
import { PANELS, bindReproduce } from './analysis/reproduce/entry.ts'
import type { ReproducePanel } from './analysis/reproduce/panel.ts'
import { acceptFiles } from './sharing/drop.ts'
import { download, scenarioFile } from './sharing/exports.ts'
import { EXPORTS, type Export } from './sharing/menu.ts'
import { hasChecksum, hashOf, isShared, linkedScenario, linkTo, LONGEST_LINK } from './sharing/link.ts'
import { bindRuns } from './runs/entry.ts'
import type { Video } from './sharing/video.ts'
import type { Opened } from './session/opened.ts'
import { outfit } from './session/outfit.ts'
import {
  type Coming,
  type Source,
  fileSource,
  linkedSource,
  scenarioSource,
  shippedSource,
} from './session/source.ts'
import { bindSpectrum } from './analysis/spectrum/button.ts'
import { bindTrajectory } from './analysis/trajectory/button.ts'
import { createLesson } from './teaching/lesson.ts'
import { reached } from './boot/timing.ts'
import { openTour, wantsTour } from './teaching/first-visit.ts'
import type { Run } from './teaching/tour.ts'
import { bindScheme, onScheme } from './views/scheme.ts'
import { type Workplace, createWorkplace } from './session/workplace.ts'

const DEFAULT_SCENARIO = 'digits'

const element = (id: string): HTMLElement => document.getElementById(id) as HTMLElement
const button = (id: string): HTMLButtonElement => element(id) as HTMLButtonElement
const menu = element('scenario') as HTMLSelectElement
/** Buttons that need a network. */
const NETWORK_BUTTONS = ['play', 'step', 'reset', 'link', 'export', 'network', 'spectrum']
const RUN_BUTTONS = ['pin', 'runs', 'vary', 'trajectory', 'replay']
const header = createHeader(menu, [...NETWORK_BUTTONS, ...RUN_BUTTONS].map(button))
const messages = createMessages({ toast: element('toast'), failure: element('failure') })
const entries = createEntries()

reached('script')
bindScheme(button('scheme'))
bindSkips(element('skips'))
bindLevels(button('level'), element('level-menu'))
const params = new URLSearchParams(location.search)
if (params.has('embed')) void openEmbedded(params)
else void start()

async function openEmbedded(params: URLSearchParams): Promise<void> {
  const embed = await import('./embed/page.ts')
  const hash = hashOf(location)
  embed.openEmbedded(params, namedInAddress(), isShared(hash) ? hash : undefined)
}

async function start(): Promise<void> {
  const first = addressed()
  const lesson = createLesson(element('about'), {
    async begin(scenario) {
      const done = await workplace.begin(scenario)
      if (done) workplace.play()
      return done
    },
    async change(scenario, isAnew) {
      if (!isAnew) return workplace.rebuild(scenario)
      const plays = workplace.opened?.loop.playing === true
      const done = await workplace.begin(scenario)
      if (done && plays) workplace.play()
      return done
    },
    baseOf: (scenario) => workplace.baseOf(scenario),
  })
  const reload = { label: 'Reload the page', act: () => location.reload() }
  let requested
  try {
    requested = await shareDevice({
      renewed: (next) => workplace.renew(next),
      lost(error) {
        entries.keep(workplace.opened, workplace.pending)
        workplace.close()
        showFailed()
        messages.failure('The graphics device was lost', textOf(error), reload)
      },
      complained(error) {
        workplace.pause()
        showFailed()
        messages.failure('The graphics adapter reports an error', error.message, reload)
      },
    })
  } catch (error) {
    const { webGpuHelp } = await import('./boot/webgpu-help.ts')
    messages.failure('No WebGPU', textOf(error), undefined, webGpuHelp())
    showFailed()
    return
  }
  const { adapterName } = requested
  void first.scenario.then(
    (scenario) => compileAhead(requested, scenario),
    () => undefined,
  )
  element('adapter').textContent = adapterName
  element('adapter').title = `Graphics adapter: ${adapterName}`

  const listeners = createSampleListeners()
  /** Loaded at the first recording. */
  let video: Video | undefined
  const record = (): void =>
    void import('./sharing/video.ts')
      .then(({ createVideo }) => {
        video ??= createVideo(element('large').parentElement as HTMLElement, () => workplace, messages)
        video.toggle()
      })
      .catch((error: unknown) => messages.warn(`The recorder could not be loaded: ${textOf(error)}`))
  const runs = bindRuns(() => workplace, messages)
  const workplace: Workplace = createWorkplace(
    requested,
    {
      large: element('large'),
      small: element('small'),
      plots: element('plots'),
      lanes: element('lanes'),
      controls: element('controls'),
    },
    messages,
    {
      loading(id) {
        document.body.dataset.state = 'loading'
        video?.finish()
        header.loading(id)
      },
      arranged: (source) => lesson.open(titleOf(source), source),
      loaded(source) {
        // Scenarios opened from the console belong to the present history entry.
        if (workplace.opened !== undefined) entries.own(workplace.opened.home)
        showLoaded(source)
        hands.refresh()
        runs.start()
        building.refresh()
      },
      failed() {
        entries.keep(undefined, workplace.pending)
        showFailed()
      },
      playing(playing) {
        document.body.dataset.playing = String(playing)
        header.playing(playing)
      },
      frame() {
        video?.frame()
        runs.frame()
        header.update(workplace.opened)
        assign(button('undo'), { disabled: !workplace.canUndo })
        assign(button('redo'), { disabled: !workplace.canRedo })
        assign(button('restore'), { disabled: workplace.isAsOpened })
        const { simulation, judge } = workplace.opened ?? {}
        lesson.at(simulation?.tick ?? 0, judge?.verdicts ?? [])
      },
      sample(sample) {
        runs.sample(sample)
        listeners.call(sample)
      },
      ending: () => runs.ending(),
      begun: () => runs.begun(),
      replayed: () => building.replayed(),
      settled: () => building.settled(),
      changed(change) {
        runs.changed(change)
        hands.refresh()
        building.refresh()
        if (workplace.opened !== undefined) lesson.update(workplace.opened.simulation.model)
      },
    },
    outfit,
  )
  const hands = createHands(element('hands'), workplace, messages)
  const building: Building = bindBuilding(
    { fresh: button('new'), network: button('network'), rival: button('trajectory') },
    { menu: element('new-menu'), panel: document.querySelector('main') as HTMLElement },
    workplace,
    messages,
    async (raw) => {
      await openSource(workplace, await scenarioSource(parseScenario(raw)))
      // The next key pauses the run; on the button of the menu Space would open the menu again.
      if (document.activeElement === button('new')) button('play').focus()
    },
    () => element('file').click(),
  )
  const experiments = bindReproduce(menu, workplace, messages)
  bind(workplace, record, experiments)
  addKeys([
    { key: 'pagedown', label: 'Next try', when: isLecture, act: () => lesson.go(1) },
    { key: 'pageup', label: 'The try before', when: isLecture, act: () => lesson.go(-1) },
    ...['b', '.'].map((key) => ({
      key,
      label: 'Blank the screen',
      when: isLecture,
      act: () => blank(workplace),
    })),
  ])
  window.engram = createConsoleApi(workplace, listeners)
  onScheme(() => workplace.recolour())
  await openAddress(workplace, first)
  // A page that cannot load it works with the network only.
  import('./boot/offline.ts').then(({ workOffline }) => workOffline(messages)).catch(() => undefined)
  const wanted = new URLSearchParams(location.search).get('reproduce')
  if (wanted !== null) experiments.open(wanted)
  else if (workplace.opened !== undefined && wantsTour()) await openTour(messages, runOf(workplace))
}

function namedInAddress(): string {
  return new URLSearchParams(location.search).get('scenario') ?? DEFAULT_SCENARIO
}

/** Requests the scenario of the address. */
function addressed(): Coming {
  const hash = hashOf(location)
  return isShared(hash) ? linkedSource(hash) : shippedSource(namedInAddress())
}

/** Opens the network stored for the history entry, else that of the address, and plays it. */
async function openAddress(workplace: Workplace, coming: Coming): Promise<void> {
  const entry = entries.current
  try {
    const kept = await entries.recall()
    if (kept !== undefined) {
      const { source, playing, lost } = kept
      entries.own(source.home ?? source.model.scenario, entry)
      await workplace.open(source)
      if (entry !== entries.current) return
      if (workplace.opened?.source !== source)
        throw new ModelError('the state stored in the browser does not fit')
      if (playing) workplace.play()
      if (lost !== undefined) messages.warn(`Random patterns take the place of lost ones: ${lost}.`)
      return
    }
    await openAfresh(workplace, coming, entry)
  } catch (error) {
    if (entry !== entries.current) return
    await openAfresh(workplace, coming, entry)
    messages.notice(`Starts without the earlier run and changes: ${textOf(error)}.`)
  }
}

async function openAfresh(workplace: Workplace, { source }: Coming, entry: string): Promise<void> {
  const hash = hashOf(location)
  const given = entries.given()
  const owned = async (coming: Promise<Source>): Promise<Source> => {
    const found = await coming
    entries.own(found.model.scenario, entry)
    return found
  }
  if (given !== undefined || isShared(hash)) {
    try {
      await workplace.open(await owned(given ?? source))
      if (given === undefined && !hasChecksum(hash)) {
        messages.warn(
          'This link is of an older engram and has no checksum, so damage to the scenario would not be noticed. Copy link makes a link with a checksum.',
        )
      }
    } catch (error) {
      await workplace.load(namedInAddress())
      const what = given === undefined ? 'link' : 'scenario'
      messages.warn(`This ${what} cannot be opened: ${textOf(error)}`)
    }
  } else await workplace.load(namedInAddress(), owned(source))
  playAtFirst(workplace)
}

/** With reduced motion the reader starts the run. */
function playAtFirst(workplace: Workplace): void {
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) workplace.play()
}

function bind(workplace: Workplace, record: () => void, experiments: ReproducePanel): void {
  const toggle = (): void => (workplace.opened?.loop.playing === true ? workplace.pause() : workplace.play())
  const step = (): void => void workplace.step(1)
  const reset = (): void => void workplace.reset()
  const share = (): void => void copyLink(workplace)
  const code = (): void =>
    void import('./sharing/code.ts')
      .then(({ showCode }) => showCode(workplace.opened))
      .catch((error: unknown) => messages.warn(`QR code: ${textOf(error)}`))
  button('play').addEventListener('click', toggle)
  button('step').addEventListener('click', step)
  button('reset').addEventListener('click', reset)
  button('link').addEventListener('click', share)
  createMenu(button('export'), element('export-menu'), [
    ...EXPORTS.map((item) => ({ ...item, act: () => void exportFile(workplace, item) })),
    { id: 'code', label: 'QR code', note: 'of the link (q)', act: code },
    ...(
      [
        ['figure', 'Figure…', 'SVG, PDF: for papers'],
        ['states', 'Contact sheet…', 'states over time'],
        ['film', 'Film…', 'MP4, WebM, GIF: by ticks'],
      ] as const
    ).map(([id, label, note]) => ({ id, label, note, act: () => openPanel(id, workplace, messages) })),
    { id: 'video', label: 'Video', note: 'of the large picture: start, stop', act: record },
  ])
  const data = createData(workplace, messages)
  const input = element('file') as HTMLInputElement
  button('open').addEventListener('click', () => input.click())
  acceptFiles(element('drop'), input, (files) => {
    scenarioAmong(files)
      .then((file) => (file === undefined ? data.take(files) : openFile(workplace, file, files)))
      .catch((error: unknown) => messages.warn(textOf(error)))
  })

  menu.addEventListener('change', () => {
    const { value } = menu
    if (PANELS.includes(value)) {
      // The open scenario stays, and the menu selects it again.
      header.loading(undefined)
      experiments.open(value)
      return
    }
    const url = new URL(location.href)
    url.hash = ''
    // The parameters may include a link whose # has become a ?.
    for (const name of [...url.searchParams.keys()]) if (/^s\d+$/.test(name)) url.searchParams.delete(name)
    url.searchParams.set('scenario', value)
    // Otherwise the keys would keep choosing scenarios.
    menu.blur()
    const leaving = entries.leave(workplace.opened)
    entries.push(url.href)
    const entry = entries.current
    void leaving.then(async () => {
      if (entry !== entries.current) return
      const { source } = shippedSource(value)
      void source.then(
        ({ model }) => entries.own(model.scenario, entry),
        () => undefined,
      )
      await workplace.load(value, source)
      workplace.play()
    })
  })
  // Back, forward, and a link pasted into the address bar of the open page.
  addEventListener('popstate', () => {
    if (history.state === null && !isShared(location.hash)) {
      entries.stay()
      return
    }
    if (!entries.follow()) return
    const entry = entries.current
    void entries.leave(workplace.opened).then(() => {
      if (entry === entries.current) void openAddress(workplace, addressed())
    })
  })
  addEventListener('pagehide', () => entries.keep(workplace.opened, workplace.pending))
  // The browser asks before it leaves data that is in this page only.
  addEventListener('beforeunload', (event) => {
    const { opened } = workplace
    if (opened !== undefined && filesOf(opened).some(isUnsaved)) event.preventDefault()
  })
  const draw = (): void => {
    const stage = workplace.opened?.stage
    if (stage !== undefined) stage.visible = !stage.visible
  }
  const undo = (): void => void workplace.undo()
  const redo = (): void => void workplace.redo()
  const restore = (): void => void workplace.restore()
  button('undo').addEventListener('click', undo)
  button('redo').addEventListener('click', redo)
  button('restore').addEventListener('click', restore)
  bindSpectrum(button('spectrum'), element('plots'), () => workplace.opened)
  bindTrajectory(
    button('trajectory'),
    document.querySelector('main') as HTMLElement,
    () => workplace.opened,
    button('network'),
  )
  addKeys(
    [
      { key: ' ', label: 'Play or pause', act: toggle },
      { key: 'enter', ctrl: true, label: 'Play or pause', act: toggle },
      { key: 's', label: 'One tick', act: step },
      { key: 'r', label: 'Back to tick 0', act: reset },
      { key: 'f', label: 'As fast as possible, or at a pace', act: () => workplace.togglePace() },
      { key: 'z', ctrl: true, label: 'Undo a change of a value', act: undo },
      { key: 'z', ctrl: true, shift: true, label: 'Redo it', act: redo },
      { key: 'y', ctrl: true, label: 'Redo it', act: redo },
      { key: 'd', label: 'Draw the pictures, or run without drawing', act: draw },
      { key: 'l', label: 'Copy a link', act: share },
      { key: 'q', label: 'QR code of the link', act: code },
      { key: 't', label: 'Tour of the page', act: () => void openTour(messages, runOf(workplace)) },
    ],
    'start',
  )
  bindKeys(button('keys'), (error) => messages.notice(`This could not be loaded: ${textOf(error)}`))
}

/** Until the next key; the run waits. */
function blank(workplace: Workplace): void {
  holdKeys(import('./teaching/blank.ts')).then(
    (module) => module.blank(runOf(workplace)),
    () => undefined,
  )
}

function linkOf({ simulation, source: { origin } }: Opened, search: string): string {
  const { scenario } = simulation.model
  return linkTo(location.href, linkedScenario(scenario, origin?.scenario), search)
}

function filesOf({ simulation }: Opened): string[] {
  return filesNamed(simulation.model.scenario)
}

/** Puts the link into the address and onto the clipboard; a scenario that is too long becomes a file. */
async function copyLink({ opened }: Workplace): Promise<void> {
  if (opened === undefined) return
  if (hasOwn(filesOf(opened))) {
    await exportFile({ opened }, EXPORTS.find(({ id }) => id === 'engram') as Export)
    messages.notice('A link cannot hold your data: the network is saved with its data, as an .engram file.')
    return
  }
  const link = linkOf(opened, linkSearch())
  const { length } = link
  if (length > LONGEST_LINK) {
    download(scenarioFile(opened))
    messages.notice(
      `The link would have ${length} characters, more than ${LONGEST_LINK}: the scenario is saved as a file instead; drop it on a page.`,
    )
    return
  }
  entries.rename(linkOf(opened, levelSearch()))
  try {
    await navigator.clipboard.writeText(link)
    messages.notice(`Link copied. The link opens this scenario with its parameters and its seed.`)
  } catch {
    const { showLink } = await import('./sharing/link-dialog.ts')
    showLink(link)
  }
}

async function exportFile({ opened }: Pick<Workplace, 'opened'>, item: Export): Promise<void> {
  if (opened === undefined) return
  try {
    const file = await item.make(opened)
    download(file)
    if (item.id === 'engram') noteSaved(filesOf(opened))
    messages.notice(file.notice ?? `Saved as ${file.name}.`)
  } catch (error) {
    messages.warn(`${item.label}: ${textOf(error)}`)
  }
}

/**
 * A scenario plays at once, unless the reader wants little motion; a checkpoint is paused. A file that cannot be opened leaves the page unchanged.
 * @param files - may have the files that the scenario names
 */
async function openFile(workplace: Workplace, file: File, files: readonly File[]): Promise<void> {
  let source: Awaited<ReturnType<typeof fileSource>>
  try {
    source = await fileSource(file, files)
  } catch (error) {
    messages.warn(textOf(error))
    return
  }
  const { unused } = source
  const used = `${file.name} is open; it does not use ${firstOf(unused)}. Open one scenario at a time.`
  await openSource(workplace, source, unused.length > 0 ? used : undefined)
}

/** @param note - a further sentence of the message */
async function openSource(workplace: Workplace, source: Source, note?: string): Promise<void> {
  await entries.leave(workplace.opened)
  // The address does not name it.
  const url = new URL(location.href)
  url.search = levelSearch()
  url.hash = ''
  entries.push(url.href, source.model.scenario, source.read)
  entries.own(source.model.scenario)
  await workplace.open(source)
  const { opened } = workplace
  if (opened?.source !== source) return
  const told = note === undefined ? [] : [note]
  if (source.checkpoint === undefined) playAtFirst(workplace)
  else
    told.unshift(`At tick ${opened.simulation.tick}, the tick of the checkpoint. Play continues from here.`)
  if (told.length > 0) messages.notice(told.join(' '))
}

function runOf(workplace: Workplace): Run {
  return {
    get playing() {
      return workplace.opened?.loop.playing === true
    },
    play: () => workplace.play(),
    pause: () => workplace.pause(),
    reset: () => workplace.reset(),
  }
}

function titleOf({ model: { scenario }, origin }: Source): string {
  return scenario.name === '' ? (origin?.id ?? 'Own scenario') : escaped(scenario.name)
}

function showLoaded(source: Source): void {
  const { dataset } = document.body
  dataset.state = 'ready'
  // Only the outlines were visible until now.
  dataset.arranged = ''
  header.enable(true)
  document.title = `${titleOf(source)} · engram`
}

function showFailed(): void {
  document.body.dataset.state = 'failed'
  header.enable(false)
}
