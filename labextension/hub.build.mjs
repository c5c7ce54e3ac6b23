/** Bundles the administrators' page of the hub: what `tsc` made of src/hub, with all it needs, as one script. */

import { rspack } from '@rspack/core';
import { fileURLToPath } from 'node:url';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const production = process.argv.includes('--production');

const compiler = rspack({
  mode: production ? 'production' : 'development',
  devtool: production ? false : 'source-map',
  context: here('.'),
  entry: { administration: ['./style/hub/index.css', './lib/hub/index.js'] },
  output: {
    path: here('../jupyter_easymaker/hub/static'),
    filename: '[name].js',
    cssFilename: '[name].css',
    clean: true
  },
  resolve: {
    alias: {
      // Of these packages we need one module each; the whole of them is most of JupyterLab.
      '@jupyterlab/apputils$': here('node_modules/@jupyterlab/apputils/lib/dialog.js'),
      '@jupyterlab/services$': here('node_modules/@jupyterlab/services/lib/serverconnection.js')
    },
    fallback: { path: false, process: false, buffer: false, crypto: false }
  },
  module: {
    rules: [
      { test: /\.m?js$/, resolve: { fullySpecified: false } },
      { test: /\.css$/, type: 'css' },
      { test: /\.svg$/, issuer: /\.js$/, type: 'asset/source' },
      { test: /\.svg$/, issuer: /\.css$/, type: 'asset/inline' }
    ]
  },
  performance: false
});

compiler.run((error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString('errors-only'));
    process.exitCode = 1;
  } else {
    console.log(stats.toString({ preset: 'summary', assets: true }));
  }
  compiler.close(() => undefined);
});
