import type { Outcome } from '../run/result.js'

/** Text and ground of each outcome, light and dark; the contrast of each pair is at least 4.5 (WCAG AA), which a test holds. */
type Pair = readonly [text: string, ground: string]

export interface Palette {
  readonly outcomes: Readonly<Record<Outcome, Pair>>
  readonly page: Readonly<Record<'text' | 'quiet' | 'link' | 'ground' | 'raised' | 'line' | 'focus', string>>
}

export const LIGHT: Palette = {
  outcomes: {
    fail: ['#ffffff', '#b3261e'],
    flaky: ['#5b4300', '#ffe9a8'],
    known: ['#1d3a7a', '#dbe6ff'],
    cannot: ['#52525b', '#ececf0'],
    pass: ['#0c4a22', '#d3f0db'],
  },
  page: {
    text: '#1b1b1f',
    quiet: '#55555f',
    link: '#1a4fb4',
    ground: '#ffffff',
    raised: '#f6f6f8',
    line: '#d4d4dc',
    focus: '#1a4fb4',
  },
}

export const DARK: Palette = {
  outcomes: {
    fail: ['#3a0703', '#ff9c92'],
    flaky: ['#ffe08a', '#4a3a06'],
    known: ['#c5d6ff', '#22335f'],
    cannot: ['#b4b4be', '#2b2b31'],
    pass: ['#a9e8bb', '#143a20'],
  },
  page: {
    text: '#e8e8ec',
    quiet: '#a9a9b4',
    link: '#9dbdff',
    ground: '#141417',
    raised: '#1e1e23',
    line: '#3b3b44',
    focus: '#9dbdff',
  },
}

/** The palette as custom properties: `--fail-text`, `--fail-ground`, `--line`. */
export function paletteCss(): string {
  const properties = ({ outcomes, page }: Palette) =>
    [
      ...Object.entries(outcomes).flatMap(([name, [text, ground]]) => [
        `--${name}-text:${text}`,
        `--${name}-ground:${ground}`,
      ]),
      ...Object.entries(page).map(([name, color]) => `--${name}:${color}`),
    ].join(';')
  return `:root{${properties(LIGHT)}}@media (prefers-color-scheme:dark){:root{${properties(DARK)}}}`
}
