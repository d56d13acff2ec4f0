import { h, render } from 'preact';
import { App } from './app.ts';
import { readSetting } from './control.ts';

render(h(App, { setting: await readSetting() }), document.body);
