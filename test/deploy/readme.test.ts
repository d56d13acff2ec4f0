import { existsSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VARIABLES } from '../../src/config/variables.ts';
import { IMAGE, only, read } from './dockerfile.ts';
import { LONGEST_STOP } from './settings.ts';

const README = read('deploy/README.md');
const FOLDER = new URL('../../deploy/', import.meta.url);

it('names every file of its folder', () => {
  const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const names = files.map(({ name }) => name).filter((name) => name !== 'README.md');
  expect(names).not.toEqual([]);
  expect(names.filter((name) => !README.includes(name))).toEqual([]);
});

it('names only files and headings that exist', () => {
  const paths = [
    ...README.matchAll(/(?<![\w/])(?:deploy|src\/cli|kubernetes|nginx|systemd)\/[\w./-]+\w/g),
  ].map(([path]) => (/^(src|deploy)\//.test(path) ? `../${path}` : path));
  const links = [...README.matchAll(/\]\(([^)#]+)\)/g)].map(([, path = '']) => path);
  expect([...paths, ...links].filter((path) => !existsSync(new URL(path, FOLDER)))).toEqual([]);
  const headings = [...README.matchAll(/^## (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w ]/g, '')
      .replaceAll(' ', '-'),
  );
  const anchors = [...README.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
  expect(anchors.filter((anchor) => !headings.includes(anchor))).toEqual([]);
});

it('names variables, the base image, the volume and the longest stop as they are', () => {
  const known = VARIABLES.flatMap(({ name }) => [name, `${name}_FILE`]);
  const named = [...README.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name);
  expect(named).not.toEqual([]);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
  expect(README).toContain(`inspect ${IMAGE.base.replace(/@.*/, '')} `);
  expect(README).toContain(`--volume fastly-user-bot:${only(IMAGE, 'VOLUME').rest} `);
  expect(README).toContain(`It needs ${LONGEST_STOP} at most.`);
});
