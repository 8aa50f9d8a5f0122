"""Line icons of 24 × 24, drawn for this house; a few follow lucide (ISC licence)."""

from __future__ import annotations

from markupsafe import Markup

SHAPES = {
    "alert": '<path d="M12 4L2.8 20h18.4zM12 10v4.5M12 17.3v.2"/>',
    "answered": '<path d="M4 5h16v11H11l-5 4v-4H4zM8.5 10.5l2.5 2.5 4.5-4.5"/>',
    "arrow-down": '<path d="M12 5v14M5.5 12.5L12 19l6.5-6.5"/>',
    "arrow-left": '<path d="M19 12H5M11.5 5.5L5 12l6.5 6.5"/>',
    "arrow-right": '<path d="M5 12h14M12.5 5.5L19 12l-6.5 6.5"/>',
    "arrow-up": '<path d="M12 19V5M5.5 11.5L12 5l6.5 6.5"/>',
    "bars": '<path d="M3 20h18M5 20v-6M9.7 20V9.5M14.3 20V12M19 20V5"/>',
    "check": '<path d="M4 12.5l5.2 5.2L20 7"/>',
    "chevron-down": '<path d="M6 9.5l6 6 6-6"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.2l3.4 2"/>',
    "comment": '<path d="M4 5h16v11H11l-5 4v-4H4z"/>',
    "copy": '<path d="M9 9h11v11H9zM5 15H4V4h11v1"/>',
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "download": '<path d="M12 4v11M6.5 10l5.5 5.5L17.5 10M4.5 20h15"/>',
    "drag": '<path d="M9 6v.1M15 6v.1M9 12v.1M15 12v.1M9 18v.1M15 18v.1"/>',
    "edit": '<path d="M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5"/>',
    "expand": '<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>',
    "eye-off": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM4 20L20 4"/>',
    "idea": '<path d="M9 17.5h6M10 21h4M8.5 14.5A6 6 0 1 1 15.5 14.5L15 17.5H9z"/>',
    "key": '<circle cx="8" cy="15.5" r="4"/><path d="M11 12.5L19.5 4M16 7.5l3 3"/>',
    "language": '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17"/>',
    "link": '<path d="M10 14l4-4M8.5 11l-3 3a3.5 3.5 0 0 0 5 5l3-3M15.5 13l3-3a3.5 3.5 0 0 0-5-5l-3 3"/>',
    "list": '<path d="M8.5 6H20M8.5 12H20M8.5 18H20M4 6v.1M4 12v.1M4 18v.1"/>',
    "lock": '<path d="M5.5 11h13v9.5h-13zM8 11V8a4 4 0 0 1 8 0v3"/>',
    "minus": '<path d="M5 12h14"/>',
    "offline": '<path d="M3 9c5.5-4.5 12.5-4.5 18 0M6.5 13c3.5-2.7 7.5-2.7 11 0M12 18v.1M4 20L20 4"/>',
    "pause": '<path d="M8 5v14M16 5v14"/>',
    "people": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c0-4 3-6.5 6.5-6.5s6.5 2.5 6.5 6.5M16 4.8a3.5 3.5 0 0 1 0 6.4M17.5 13.8c2.5.8 4 3.1 4 6.2"/>',
    "phone": '<path d="M7 3h10v18H7zM11 18h2"/>',
    "play": '<path d="M7 5l12 7-12 7z" class="ico-fill"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "pin": '<path d="M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11z"/><circle cx="12" cy="10" r="2.3"/>',
    "question": '<circle cx="12" cy="12" r="8.5"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.1.9-1.1 1.7M12 16.5v.1"/>',
    "screen": '<path d="M3 4h18v12H3zM12 16v4M8 20h8"/>',
    "settings": '<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>',
    "shield": '<path d="M12 3l7.5 3v5.5c0 4.6-3.2 7.9-7.5 9.5-4.3-1.6-7.5-4.9-7.5-9.5V6z"/>',
    "star": '<path d="M12 3.5l2.6 5.5 6 .8-4.4 4.2 1.1 6L12 17l-5.3 3 1.1-6-4.4-4.2 6-.8z"/>',
    "stop": '<path d="M6 6h12v12H6z" class="ico-fill"/>',
    "trash": '<path d="M4.5 7h15M9.5 7V4h5v3M6.5 7l1 13h9l1-13"/>',
    "undo": '<path d="M8.5 4.5L4 9l4.5 4.5M4 9h10a6 6 0 0 1 0 12h-3"/>',
    "unlock": '<path d="M5.5 11h13v9.5h-13zM8 11V8a4 4 0 0 1 7.5-2"/>',
}

ICONS = {name: Markup(shape) for name, shape in SHAPES.items()}  # noqa: S704
"""The shapes inside an icon's `<svg>`; fixed here, never made from what people write."""
