import { expect, it } from 'vitest';
import { pageHtml } from './html.ts';

const frame = {
  title: '<img onerror=alert(1)>&"', script: 'https://host/graph.js', styles: ['https://host/graph.css'],
  cspSource: 'https://*.host', nonce: 'n0nce',
};

function policy(html: string): Map<string, string> {
  const content = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  const text = content.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  return new Map(text.split('; ').map((rule) => [rule.split(' ')[0]!, rule.slice(rule.indexOf(' ') + 1)]));
}

it('allows nothing but what it names, and scripts by the nonce only', () => {
  const rules = policy(pageHtml(frame));
  expect(rules.get('default-src')).toBe("'none'");
  expect(rules.get('script-src')).toBe("'nonce-n0nce'");
  expect(rules.get('worker-src')).toBe('blob:');
  expect([...rules.values()].join(' ')).not.toMatch(/unsafe-eval|\*(?!\.host)/);
});

it('gives the nonce to its one script', () => {
  const scripts = pageHtml(frame).match(/<script[^>]*>/g);
  expect(scripts).toEqual(['<script nonce="n0nce" src="https://host/graph.js">']);
});

it('does not let a name become markup', () => {
  expect(pageHtml(frame)).not.toContain('<img');
});
