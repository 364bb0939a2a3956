/** A video of the large picture from start to stop, with the true times of its frames. */
import type { CanvasSource, Output, VideoCodec } from 'mediabunny'
import { ModelError } from '../../core/errors.ts'
import { type Messages, textOf } from '../messages.ts'
import type { Opened } from '../session/opened.ts'
import type { Workplace } from '../session/workplace.ts'
import { captionOf, download, stemOf } from './exports.ts'
import './video.css'

export interface Video {
  /** Starts a recording, or ends and saves the present one. */
  toggle(): void
  /** Takes a picture at intervals; call once in each frame. */
  frame(): void
  /** Ends and saves the recording, if there is one. */
  finish(): void
}

/** The most pictures per second. */
const RATE = 30

/**
 * A recording ends automatically after this time in seconds or at this size in bytes, because it is in memory
 * until it is saved.
 */
const MOST_SECONDS = 300
const MOST_BYTES = 128 * 2 ** 20

/** Longer side of a video in pixels; larger pictures are scaled down. */
const LONGEST_SIDE = 1280

interface Recording {
  readonly opened: Opened
  readonly canvas: HTMLCanvasElement
  readonly output: Output
  readonly source: CanvasSource
  readonly startedAt: number
  /** Time of the last picture, in seconds after the start. */
  takenAt: number
  /** The picture that is being encoded. */
  pending: Promise<void> | undefined
}

/** @param place - place of the button that ends a recording */
export function createVideo(
  place: HTMLElement,
  workplace: () => Workplace | undefined,
  messages: Messages,
): Video {
  let recording: Recording | undefined
  let isStarting = false
  let bytes = 0

  const stop = document.createElement('button')
  stop.type = 'button'
  stop.className = 'video-stop'
  stop.title = 'Stop recording and save the video'
  stop.hidden = true
  const time = document.createElement('span')
  stop.append(document.createElement('i'), time, 'Stop')
  place.append(stop)

  const elapsed = ({ startedAt }: Recording): number => (performance.now() - startedAt) / 1000
  const showTime = (seconds: number): void => {
    const text = clockText(seconds)
    if (time.textContent !== text) time.textContent = text
  }
  const refused = (error: unknown): void => messages.warn(`Video: ${textOf(error)}`)

  /** Discards the recording. */
  const abandon = (given: Recording, error: unknown): void => {
    if (recording !== given) return
    recording = undefined
    stop.hidden = true
    refused(error)
    void given.output.cancel().catch(() => undefined)
  }

  const add = (given: Recording, seconds: number): Promise<void> => {
    given.takenAt = seconds
    return given.source.add(seconds, 1 / RATE)
  }

  const start = async (): Promise<void> => {
    const opened = workplace()?.opened
    if (opened === undefined) return
    const first = pictureOf(opened)
    const canvas = document.createElement('canvas')
    Object.assign(canvas, fittingSize(first))
    const { output, source } = await createOutput(canvas, (more) => (bytes += more))
    await output.start()
    if (workplace()?.opened?.home !== opened.home) {
      await output.cancel()
      throw new ModelError('another scenario was opened during the recording; start again')
    }
    bytes = 0
    const next: Recording = {
      opened,
      canvas,
      output,
      source,
      startedAt: performance.now(),
      takenAt: 0,
      pending: undefined,
    }
    recording = next
    paintFitting(canvas, first)
    showTime(0)
    stop.hidden = false
    take(next, 0)
  }

  /** Encodes the contents of the canvas. */
  const take = (given: Recording, seconds: number): void => {
    given.pending = add(given, seconds).then(
      () => void (given.pending = undefined),
      (error: unknown) => abandon(given, error),
    )
  }

  /** @param notice - the reason, if the reader did not end the recording */
  const finish = async (notice = ''): Promise<void> => {
    const given = recording
    if (given === undefined) return
    recording = undefined
    stop.hidden = true
    const end = Math.min(elapsed(given), MOST_SECONDS)
    try {
      await given.pending
      // The last picture lasts until the end.
      if (end - given.takenAt >= 1 / RATE) await add(given, end - 1 / RATE)
      await given.output.finalize()
      const { buffer } = given.output.target as { buffer?: ArrayBuffer | null }
      if (buffer == null) throw new Error('the encoder has made no file')
      const name = `${stemOf(given.opened)}${given.output.format.fileExtension}`
      download({ name, content: buffer })
      messages.notice(`${notice}Saved as ${name}, ${clockText(end)}.`)
    } catch (error) {
      refused(error)
      await given.output.cancel().catch(() => undefined)
    }
  }

  const toggle = (): void => {
    if (recording !== undefined) void finish()
    else if (!isStarting) {
      isStarting = true
      void start()
        .catch(refused)
        .finally(() => (isStarting = false))
    }
  }
  stop.addEventListener('click', () => void finish())

  return {
    toggle,
    frame() {
      const given = recording
      const opened = workplace()?.opened
      if (given === undefined || opened === undefined) return
      const seconds = elapsed(given)
      showTime(seconds)
      if (seconds >= MOST_SECONDS) void finish(`A recording ends after ${MOST_SECONDS / 60} minutes. `)
      else if (bytes >= MOST_BYTES) void finish(`A recording ends with ${MOST_BYTES / 2 ** 20} MiB. `)
      // A slow encoder gets fewer pictures, at their true times.
      else if (given.pending === undefined && seconds - given.takenAt >= 1 / RATE) {
        try {
          const picture = pictureOf(opened)
          if (picture.width > 0 && picture.height > 0) paintFitting(given.canvas, picture)
          take(given, seconds)
        } catch (error) {
          abandon(given, error)
        }
      }
    },
    finish: () => void finish('The recording ended with its scenario. '),
  }
}

export function pictureOf({ stage, simulation }: Opened): HTMLCanvasElement {
  return stage.picture(captionOf(simulation)).canvas
}

/** H.264 in MP4 plays everywhere. */
const CODECS = { mp4: ['avc'], webm: ['vp9', 'vp8', 'av1'] } as const

/**
 * @param wanted - the format; default: MP4 if the browser encodes H.264, else WebM
 * @throws ModelError if the browser encodes none of its codecs
 */
export async function createOutput(
  canvas: HTMLCanvasElement,
  encoded: (bytes: number) => void,
  wanted?: keyof typeof CODECS,
) {
  const {
    BufferTarget,
    CanvasSource,
    Mp4OutputFormat,
    Output,
    QUALITY_HIGH,
    WebMOutputFormat,
    canEncodeVideo,
  } = await import('mediabunny')
  const { width, height } = canvas
  let codec: VideoCodec | undefined
  if ('VideoEncoder' in window)
    for (const candidate of wanted === undefined ? [...CODECS.mp4, ...CODECS.webm] : CODECS[wanted]) {
      if (!(await canEncodeVideo(candidate, { width, height, quality: QUALITY_HIGH }))) continue
      codec = candidate
      break
    }
  if (codec === undefined && wanted === 'mp4')
    throw new ModelError('this browser cannot encode H.264, the codec of MP4; choose WebM or GIF')
  if (codec === undefined)
    throw new ModelError(
      'this browser cannot encode H.264, VP9, VP8 or AV1; use a current Chrome or Edge, or export the large picture as PNG',
    )
  const output = new Output({
    format: codec === 'avc' ? new Mp4OutputFormat() : new WebMOutputFormat(),
    target: new BufferTarget(),
  })
  const source = new CanvasSource(canvas, {
    codec,
    quality: QUALITY_HIGH,
    onEncodedPacket: ({ byteLength }) => encoded(byteLength),
  })
  output.addVideoTrack(source)
  return { output, source }
}

/**
 * Even numbers of pixels, as encoders require.
 * @param wide - the width; default: that of the picture, if it is not too large
 */
export function fittingSize(
  { width, height }: HTMLCanvasElement,
  wide?: number,
): { width: number; height: number } {
  if (width === 0 || height === 0) throw new ModelError('there is no picture to record; make one visible')
  const scale = wide === undefined ? Math.min(1, LONGEST_SIDE / Math.max(width, height)) : wide / width
  const even = (pixels: number): number => Math.max(2, 2 * Math.round((pixels * scale) / 2))
  return { width: even(width), height: even(height) }
}

/** Draws a picture in the centre of the canvas, as large as possible. */
export function paintFitting(canvas: HTMLCanvasElement, picture: HTMLCanvasElement): void {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height)
  const [width, height] = [picture.width * scale, picture.height * scale]
  context.fillStyle = getComputedStyle(document.body).getPropertyValue('--panel')
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height)
}

/** Such as `1:05`. */
function clockText(seconds: number): string {
  const whole = Math.floor(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
