// The 3D views of chapter 1 load the viewer from beside this file, not from a network.
window.DLFB_3DMOL_JS = new URL("3Dmol-min.js", document.currentScript.src).href;

// A browser lets no page that was opened from disk read its neighbours, as excerpts of the pages found would need.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
