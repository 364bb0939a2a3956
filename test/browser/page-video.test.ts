import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eventually, frames, useLab } from './lab.ts'

const lab = useLab()

const press = async (): Promise<void> => {
  await lab.page.locator('#export').click()
  await lab.page.locator('#export-menu [data-export=video]').click()
}
const stop = () => lab.page.locator('.video-stop')
const toast = (): Promise<string | null> => lab.page.locator('#toast').textContent()

interface Seen {
  readonly width: number
  readonly height: number
  readonly duration: number
  /** Colours of its first and of its last picture. */
  readonly colours: readonly number[]
  /** Whether the two differ. */
  readonly moves: boolean
}

/** Runs in the page. */
const LOOK = `async (base64) => {
  const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  const video = document.createElement('video')
  video.muted = true
  const once = (type) =>
    new Promise((settle, fail) => {
      video.addEventListener(type, () => settle(), { once: true })
      video.addEventListener('error', () => fail(new Error(video.error?.message)), { once: true })
    })
  const loaded = once('loadeddata')
  video.src = URL.createObjectURL(new Blob([data]))
  await loaded
  const canvas = document.createElement('canvas')
  const { videoWidth: width, videoHeight: height, duration } = video
  Object.assign(canvas, { width, height })
  const context = canvas.getContext('2d', { willReadFrequently: true })
  const pixels = async (at) => {
    const sought = once('seeked')
    video.currentTime = at
    await sought
    context.drawImage(video, 0, 0)
    return new Uint32Array(context.getImageData(0, 0, width, height).data.buffer)
  }
  const first = await pixels(0.001)
  const last = await pixels(Math.max(0.002, duration - 0.01))
  const colours = [first, last].map((picture) => new Set(picture).size)
  return { width, height, duration, colours, moves: first.some((pixel, index) => pixel !== last[index]) }
}`

/** Plays a file in the page. */
function look(bytes: Buffer): Promise<Seen> {
  return lab.page.evaluate<Seen>(`(${LOOK})("${bytes.toString('base64')}")`)
}

test('a recording of a playing scenario is a file that plays, as long as it was recorded, and moves', async () => {
  await lab.visit('softmax-synapses')
  await lab.page.evaluate('engram.pace = 20')
  await lab.page.locator('#play').click()
  await press()
  await stop().waitFor()
  const tick = (): Promise<number> => lab.engram('simulation.tick')
  const began = await tick()
  // A busy machine may show 0:19 next.
  await eventually(() => stop().locator('span').textContent()).not.toBe('0:00')
  // The state of these ticks is drawn, and what was drawn recorded, in the frames after them.
  await eventually(tick).toBeGreaterThan(began + 10)
  await frames(lab.page, 10)
  const [file] = await Promise.all([lab.page.waitForEvent('download'), stop().click()])
  const name = file.suggestedFilename()
  const bytes = readFileSync(await file.path())
  await lab.pause()
  await eventually(toast).toMatch(/^Saved as \S+, \d+:\d\d\.$/)
  const [, minutes, seconds] = /(\d+):(\d\d)\.$/.exec((await toast())!)!.map(Number)
  const recorded = 60 * minutes! + seconds!
  if (name.endsWith('.mp4')) expect(bytes.toString('latin1', 4, 8)).toBe('ftyp')
  else {
    expect(name).toBe('softmax-synapses.webm')
    expect(bytes.readUInt32BE(0)).toBe(0x1a45dfa3)
  }
  const { width, height, duration } = await look(bytes)
  expect([width % 2, height % 2]).toEqual([0, 0])
  expect(Math.min(width, height)).toBeGreaterThan(200)
  expect(recorded).toBeGreaterThan(0)
  // Whole seconds are told; a picture takes a thirtieth of one.
  expect(duration).toBeGreaterThan(recorded - 0.1)
  expect(duration).toBeLessThan(recorded + 1.1)
  // A player on a busy machine says that it has sought before it has the picture, and draws none or the one before.
  await eventually(async () => Math.min(...(await look(bytes)).colours)).toBeGreaterThan(20)
  await eventually(async () => (await look(bytes)).moves).toBe(true)
  expect(await stop().isVisible()).toBe(false)
})

test('another scenario ends the recording, which is saved under the name of its own', async () => {
  await lab.visit('softmax-synapses')
  await press()
  await stop().waitFor()
  const [file] = await Promise.all([
    lab.page.waitForEvent('download'),
    lab.page.locator('#scenario').selectOption('hebbian-learning'),
  ])
  expect(file.suggestedFilename()).toMatch(/^softmax-synapses\.(webm|mp4)$/)
  await eventually(toast).toContain('The recording ended with its scenario')
  expect(await stop().isVisible()).toBe(false)
  const { duration } = await look(readFileSync(await file.path()))
  expect(duration).toBeGreaterThan(0)
})

test('a browser without an encoder is told so in one line, and nothing is saved', async () => {
  await lab.visit('softmax-synapses')
  await lab.page.evaluate('delete window.VideoEncoder')
  await press()
  await eventually(toast).toMatch(/^Video: this browser cannot encode [^\n]+PNG$/)
  expect(await stop().isVisible()).toBe(false)
})
