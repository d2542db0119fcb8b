// Where the focus goes when something opens.

/** A finger and no keyboard: taking the focus would bring up one that covers half of what is to be seen. */
export const isTouch = matchMedia('(hover: none) and (pointer: coarse)');

/** As a `ref`, for what appears in a page or in a layer that is open already: `autofocus` works only where one opens. @param {HTMLElement|null} element */
export const takeFocus = (element) => element?.focus({ preventScroll: true });

/** The same where there is a keyboard. @param {HTMLElement|null} element */
export const takeFocusOnDesk = (element) => {
  if (!isTouch.matches) takeFocus(element);
};

/** In a layer that has just opened: what is to be filled in, not what closes it. @param {HTMLElement} layer */
export function focusFirst(layer) {
  if (isTouch.matches || layer.querySelector('[autofocus]')) return;
  takeFocus(layer.querySelector('.body :is(input:checked, input:not([type=radio], [type=checkbox]), textarea, select)'));
}
