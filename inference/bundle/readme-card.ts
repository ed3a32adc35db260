import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelCard } from './model-card.js';
import { systemError } from './model-error.js';

/** What a README.md says about a model. */
export interface ReadmeCard {
  /** As its front matter names it. */
  readonly license?: string;
  readonly card: ModelCard;
}

/** Headings under which authors say it, most exact first: those of Hugging Face's template, and what came before it. */
const headings = {
  intendedUse: [/^intended uses?\b/i, /^direct use$/i, /^uses?$/i],
  trainingData: [/^training data\b/i, /^training (details|set)$/i],
  limitations: [/\blimitations?\b/i, /\brisks?\b/i],
} as const satisfies Partial<Record<keyof ModelCard, readonly RegExp[]>>;

const longest = 1500;

/**
 * The model card of a model's folder, as far as its README.md has one: front matter, the first paragraph of prose, and sections.
 * @see https://huggingface.co/docs/hub/model-cards
 */
export async function readReadmeCard(folder: string): Promise<ReadmeCard> {
  const path = join(folder, 'README.md');
  try {
    return cardOf(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { card: {} };
    throw systemError(error, 'read', path);
  }
}

function cardOf(readme: string): ReadmeCard {
  const [, front = '', body = readme] = /^---\r?\n([^]*?)\r?\n---(?=\r?\n|$)([^]*)$/.exec(readme) ?? [];
  const stated = (key: string) => new RegExp(`^${key}:[ \\t]*["']?([^"'\\r\\n]+)`, 'm').exec(front)?.[1]?.trim();
  const license = stated('license_name') ?? stated('license');
  const sections = sectionsOf(body);
  const card = {
    description: sections
      .flatMap(({ paragraphs }) => paragraphs)
      .find((one) => one.length >= 60)
      ?.slice(0, longest),
    ...Object.fromEntries(Object.entries(headings).map(([field, names]) => [field, textUnder(sections, names)])),
  };
  const said = Object.entries(card).filter(([, text]) => text !== undefined);
  return { ...(license && { license }), card: Object.fromEntries(said) };
}

interface Section {
  readonly heading: string;
  readonly paragraphs: readonly string[];
}

/** Split at headings of every level; code, HTML, pictures and the template's placeholders left out. */
function sectionsOf(markdown: string): Section[] {
  const prose = markdown.replace(/^(```|~~~)[^]*?^\1.*$/gm, '').replace(/<!--[^]*?-->/g, '');
  return `\n${prose}`.split(/^#{1,6}[ \t]+/m).map((section, index) => {
    const [, heading = '', body = ''] = (index > 0 && /^(.*)\n?([^]*)$/.exec(section)) || ['', '', section];
    const paragraphs = body.split(/\n\s*\n/).map(plainText);
    return { heading: plainText(heading), paragraphs: paragraphs.filter((text) => text !== '') };
  });
}

/** Of a paragraph of Markdown; empty for tables, badges and rows of links, which say nothing without their form. */
function plainText(paragraph: string): string {
  const text = paragraph.trim();
  if (/^[<![|]|\[More Information Needed\]/i.test(text)) return '';
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]+>/g, '')
    .replace(/(\*\*|__|`)/g, '')
    .replace(/^[-*+][ \t]+/gm, '• ')
    .replace(/([^\n])\n(?!• )\s*/g, '$1 ')
    .trim();
}

function textUnder(sections: readonly Section[], names: readonly RegExp[]): string | undefined {
  for (const name of names) {
    const found = sections.find(({ heading, paragraphs }) => name.test(heading) && paragraphs.length > 0);
    if (found) return whole(found.paragraphs);
  }
  return undefined;
}

/** As many whole paragraphs as a dialog can take. */
function whole(paragraphs: readonly string[]): string {
  let text = '';
  for (const paragraph of paragraphs) {
    if (text !== '' && text.length + paragraph.length > longest) break;
    text += `${text && '\n\n'}${paragraph}`;
  }
  return text.slice(0, longest);
}
