/** The widget's few drawings. They say nothing to a screen reader: the buttons around them do. */
import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const ChatIcon = () => (
  <Icon>
    <path d="M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 4v-4A2.5 2.5 0 0 1 4 13.5z" />
    <path d="M8.5 8.8h7M8.5 12h4.5" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="M6.5 6.5l11 11M17.5 6.5l-11 11" />
  </Icon>
);

export const SendIcon = () => (
  <Icon>
    <path d="M12 19V5.5M6 11l6-6 6 6" />
  </Icon>
);

export const PersonIcon = () => (
  <Icon>
    <circle cx="12" cy="8.2" r="3.7" />
    <path d="M4.8 20c.7-3.9 3.6-6 7.2-6s6.5 2.1 7.2 6" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon>
    <path d="M5 12.5l4.5 4.5L19 7.5" />
  </Icon>
);

export const LinkIcon = () => (
  <Icon>
    <path d="M6 3.5h8.5l4 4v13H6zM14 3.5V8h4.5M9 12.5h6.5M9 16h4" />
  </Icon>
);

export const ClipIcon = () => (
  <Icon>
    <path d="M19.5 11.2l-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l8-8a3.1 3.1 0 0 1 4.4 4.4l-7.9 7.9a1.5 1.5 0 0 1-2.2-2.1l7-7" />
  </Icon>
);

export const MoreIcon = () => (
  <Icon>
    <path d="M5.5 12h.01M12 12h.01M18.5 12h.01" stroke-width="2.6" />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="M15 5.5L8.5 12l6.5 6.5" />
  </Icon>
);

export const FileIcon = () => (
  <Icon>
    <path d="M6 3.5h8.5l4 4v13H6zM14 3.5V8h4.5" />
  </Icon>
);

export const DownIcon = () => (
  <Icon>
    <path d="M12 5v13M6.5 12.5L12 18l5.5-5.5" />
  </Icon>
);
