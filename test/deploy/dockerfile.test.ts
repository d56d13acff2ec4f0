import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { VARIABLES } from '../../src/config/variables.ts';
import { DOCKERFILE, execForm, healthCheckCommand, IMAGE, only, read } from './dockerfile.ts';

const defaultOf = (variable: string) => VARIABLES.find(({ name }) => name === variable)?.fallback;

const { scripts } = z
  .object({ scripts: z.object({ start: z.string() }) })
  .parse(JSON.parse(read('package.json')));

describe('the Dockerfile', () => {
  it('has the Node that the project is tested with, by its exact version, in every stage', () => {
    const { packages } = z
      .object({ packages: z.object({ 'node_modules/node': z.object({ version: z.string() }) }) })
      .parse(JSON.parse(read('package-lock.json')));
    const { version } = packages['node_modules/node'];
    const [base = '', ...others] = DOCKERFILE.map((stage) => stage.base);
    expect(base.replace(/@sha256:[0-9a-f]{64}$/, '')).toBe(`node:${version}-slim`);
    expect(others).toEqual(others.map(() => base));
  });

  it('starts what npm start starts, without a shell', () => {
    expect(scripts.start).toMatch(new RegExp(`; exec ${execForm(only(IMAGE, 'CMD').rest).join(' ')}$`));
    expect(IMAGE.instructions.filter(({ keyword }) => keyword === 'ENTRYPOINT')).toEqual([]);
  });

  it('asks /healthz at the default port, by Node', () => {
    const [program, ...words] = healthCheckCommand(IMAGE);
    expect(program).toBe('node');
    expect(words.join(' ')).toContain(`process.env.HEALTH_PORT || ${defaultOf('HEALTH_PORT')}}/healthz`);
  });

  it("exposes the bot's ports", () => {
    expect(only(IMAGE, 'EXPOSE').rest).toBe(`${defaultOf('PORT')} ${defaultOf('HEALTH_PORT')}`);
  });

  it('runs as a user that is not root, by number', () => {
    expect(only(IMAGE, 'USER').rest).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it("has one volume, which is the database's folder", () => {
    const database = defaultOf('DATABASE_URL')?.replace('file:', '') ?? '';
    expect(only(IMAGE, 'VOLUME').rest).toBe(dirname(join(only(IMAGE, 'WORKDIR').rest, database)));
  });

  it('gets what it copies, and nothing else of the project', () => {
    const copied = DOCKERFILE.flatMap(({ instructions }) => instructions)
      .filter(({ keyword, flags }) => keyword === 'COPY' && flags.from === undefined)
      .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
    const [all, ...sent] = read('.dockerignore')
      .split('\n')
      .filter((line) => !/^(#|$)/.test(line));
    expect(all).toBe('*');
    expect(sent.toSorted()).toEqual([...new Set(copied)].map((path) => `!${normalize(path)}`).toSorted());
  });
});
