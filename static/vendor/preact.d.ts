import type { VNode } from 'preact';
export { h, render, Fragment } from 'preact';
export type { ComponentChildren, VNode } from 'preact';
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useId } from 'preact/hooks';
export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from '@preact/signals';
export type { Signal, ReadonlySignal } from '@preact/signals';
export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode;
