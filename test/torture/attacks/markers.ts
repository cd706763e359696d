// Secrets that are told apart, and how one is found wherever it went: as it is, and inside any base64.

/** Every secret of the yard. */
export const MARKERS = {
  sharedId: 'LTAIsharedCanary7Qx2',
  sharedSecret: 'canary-shared-secret-5kW9',
  vaultId: 'LTAIvaultCanary3Zp8',
  vaultSecret: 'canary-vault-secret-1mT4',
  theirScript: 'canary-their-script-8vB6',
  otherSecret: 'canary-other-secret-2nH7',
} as const;

/** The forms in which a marker can stand in a text: base64 has three, one for each place where it may begin. */
function formsOf(marker: string): readonly string[] {
  const shifted = [0, 1, 2].map((shift) => {
    const text = Buffer.from(`${' '.repeat(shift)}${marker}`)
      .toString('base64')
      .replaceAll('=', '');
    // What neighbours could change is cut off at both ends.
    return text.slice(shift === 0 ? 0 : shift + 1, -2);
  });
  return [marker, ...shifted];
}

const FORMS = Object.entries(MARKERS).map(([name, marker]) => [name, formsOf(marker)] as const);

/** Names of the markers that a text holds. */
export function markersIn(text: string): readonly string[] {
  return FORMS.filter(([, forms]) => forms.some((form) => text.includes(form))).map(([name]) => name);
}
