// Package inline writes the rules of a mail's style sheets into the elements that they
// style, for mail programs that read no style sheet.
//
// All that it does not change stays as it is, octet for octet: conditional comments,
// odd markup, merge fields. Media queries and what only a style sheet can say (:hover,
// ::before, @font-face) stay in the sheet. The order is that of the cascade: important
// rules, then the element's own style attribute, then specificity, then order.
//
// Matching takes each element once and each part of each selector once for it, along
// the path from the root (no backtracking), so its work is bounded by their product.
package inline
