/** Two soft notes for a new hand-over, made on the spot: no file to load. Silent where sound is not allowed. */
export function ring(): void {
  try {
    const context = new AudioContext();
    const gain = context.createGain();
    gain.gain.setValueAtTime(0.0001, context.currentTime);
    gain.gain.exponentialRampToValueAtTime(0.08, context.currentTime + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.7);
    gain.connect(context.destination);
    [660, 880].forEach((hertz, index) => {
      const note = context.createOscillator();
      note.frequency.value = hertz;
      note.connect(gain);
      note.start(context.currentTime + index * 0.16);
      note.stop(context.currentTime + 0.75);
    });
    setTimeout(() => void context.close(), 1_000);
  } catch {
    // A browser without sound still shows the toast and the number in the title.
  }
}
