import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import { connect } from './data/live.js';
import { App } from './shell/app.js';
import './style.css';

render(<App />, document.getElementById('app')!);
void connect();
