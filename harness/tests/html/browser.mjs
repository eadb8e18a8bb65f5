// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at pages in a browser without a window: browser.mjs MODULES PAGES PICTURES CHROMIUM. Prints ok
// and not ok lines. A page whose name begins with "spoilt-" is a control: what its name says must be
// seen.
import { createRequire } from 'node:module';
import { readdirSync, readFileSync, mkdirSync } from 'node:fs';
import { join, basename } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, pages, pictures, executablePath] = process.argv.slice(2);
const require = createRequire(join(modules, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

// Name, width, colours, medium, whether scripts may run. 400 is a telephone.
const views = [
	['wide', 1280, 'light', 'screen', true],
	['wide-dark', 1280, 'dark', 'screen', true],
	['narrow', 400, 'light', 'screen', true],
	['narrow-dark', 400, 'dark', 'screen', false],
	['paper', 794, 'light', 'print', true], // A4 at 96 dpi
];

const browser = await chromium.launch({
	executablePath,
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
		'--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function look(file, [view, width, colorScheme, media, javaScriptEnabled]) {
	const context = await browser.newContext({
		viewport: { width, height: 900 }, colorScheme, javaScriptEnabled,
	});
	const page = await context.newPage();
	const url = pathToFileURL(file).href;
	const found = { request: [], console: [], overflow: [], axe: [] };

	page.on('request', (request) => {
		if (request.url() !== url && !request.url().startsWith('data:'))
			found.request.push(request.url());
	});
	page.on('console', (message) => {
		if (message.type() === 'error')
			found.console.push(message.text());
	});
	page.on('pageerror', (error) => found.console.push(String(error)));
	await page.emulateMedia({ media, colorScheme });
	await page.goto(url);
	if (javaScriptEnabled)
		await inspect(page, media, found);
	await page.screenshot({ path: join(pictures, `${basename(file, '.html')}-${view}.png`), fullPage: true });
	await context.close();
	return found;
}

async function inspect(page, media, found) {
	found.overflow = await page.evaluate((isPaper) => {
		const wide = document.documentElement.clientWidth;
		const list = [];

		if (document.documentElement.scrollWidth > wide)
			list.push(`the page is ${document.documentElement.scrollWidth} wide in ${wide}`);
		for (const e of document.querySelectorAll('body *')) {
			const box = e.getBoundingClientRect();
			// What lies in a box that scrolls may be wider, but not on paper.
			const isHeld = !isPaper && e.parentElement.closest('.scroll, pre');

			if (box.width > 0 && box.right > wide + 1 && !isHeld)
				list.push(`${e.tagName} ends at ${Math.round(box.right)} of ${wide}`);
		}
		return list.slice(0, 5);
	}, media === 'print');
	await page.evaluate(axe);
	found.axe = await page.evaluate(async () => {
		const result = await window.axe.run(document, { resultTypes: ['violations'] });

		return result.violations
			.filter((v) => v.impact === 'serious' || v.impact === 'critical')
			.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 160)} ${v.nodes[0].failureSummary}`);
	});
}

const words = {
	request: 'asks the network for nothing', console: 'has no error on the console',
	overflow: 'is not wider than its window', axe: 'has no serious finding by axe-core',
};

let failed = 0;
mkdirSync(pictures, { recursive: true });
for (const name of readdirSync(pages).filter((n) => n.endsWith('.html')).sort()) {
	const spoilt = /^spoilt-(\w+)\.html$/.exec(name)?.[1];

	for (const view of spoilt ? [views[2]] : views) {
		const found = await look(join(pages, name), view);

		for (const [kind, list] of Object.entries(found)) {
			if (spoilt && spoilt !== kind)
				continue;
			if (!view[4] && kind !== 'request' && kind !== 'console')
				continue;
			const isOk = spoilt ? list.length > 0 : list.length === 0;

			failed += isOk ? 0 : 1;
			console.log(`${isOk ? 'ok' : 'not ok'} ${spoilt ? `control: ${kind} is seen` :
				`${basename(name, '.html')} (${view[0]}) ${words[kind]}`}`);
			if (!isOk)
				for (const line of list)
					console.log(`# ${line.replace(/\n/g, ' ')}`);
		}
	}
}
await browser.close();
process.exit(failed ? 1 : 0);
