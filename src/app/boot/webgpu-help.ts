/** Browsers and settings with WebGPU, shown if WebGPU is missing. */

/** Instructions by browser; `code` marks text to copy. */
const WAYS: readonly (readonly [string, string])[] = [
  ['Chrome, Edge', 'Version 113 or newer on Windows, macOS and ChromeOS, 121 on Android: nothing to set.'],
  [
    'Chrome on Linux',
    'Turn on `chrome://flags/#enable-unsafe-webgpu` and `chrome://flags/#enable-vulkan`, or start Chrome with `--enable-unsafe-webgpu --enable-features=Vulkan`.',
  ],
  ['Safari', 'Version 26 or newer on macOS, iOS and iPadOS.'],
  [
    'Firefox',
    'Version 141 or newer on Windows, 145 on macOS with Apple silicon; elsewhere `dom.webgpu.enabled` in `about:config`.',
  ],
  [
    'WebGPU is missing in a browser of this list',
    'Turn on hardware acceleration (`chrome://settings/system`) and update the graphics driver; the line WebGPU of `chrome://gpu` has the reason.',
  ],
  [
    'No graphics card',
    'Chrome computes on the CPU with `--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader`.',
  ],
  ['No such browser', 'The same networks run in a terminal: `npx engram run scenarios/digits.json`.'],
]

export function webGpuHelp(): HTMLElement {
  const list = document.createElement('dl')
  list.className = 'ways'
  for (const [what, how] of WAYS) {
    const term = document.createElement('dt')
    term.textContent = what
    const text = document.createElement('dd')
    how.split('`').forEach((part, index) => {
      if (index % 2 === 0) {
        text.append(part)
        return
      }
      const code = document.createElement('code')
      code.textContent = part
      text.append(code)
    })
    list.append(term, text)
  }
  return list
}
