/** SVG as text: elements with attributes, numbers always in the same form, so that equal data is equal bytes. */
export const INK = '#222222'
export const FAINT = '#d9d9d9'
/** Told apart in any colour vision (Okabe and Ito). */
export const ORANGE = '#d55e00'
export const BLUE = '#0072b2'

export type Attributes = Readonly<Record<string, string | number>>

const escape = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\uFFFD').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const written = (value: string | number): string => (typeof value === 'number' ? String(Number(value.toFixed(2))) : escape(value))

export const element = (name: string, attributes: Attributes, ...children: readonly string[]): string => {
  const start = `<${name}${Object.entries(attributes).map(([key, value]) => ` ${key}="${written(value)}"`).join('')}`
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`
}

export const label = (x: number, y: number, text: string, more: Attributes = {}): string => element('text', { x, y, ...more }, escape(text))

/** What is shown to who points at the element that it is a child of. */
export const tooltip = (text: string): string => element('title', {}, escape(text))

export const drawing = (width: number, height: number, title: string, children: readonly string[]): string =>
  `${element('svg', { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, 'font-family': 'sans-serif', 'font-size': 12, role: 'img' },
    tooltip(title), element('rect', { width, height, fill: '#ffffff' }), ...children.map((child) => `\n${child}`), '\n')}\n`
