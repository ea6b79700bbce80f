/** What is said where the texts of no language can be loaded. It has to be here already, so it is in one. */
export const NO_TEXTS = {
  title: 'LeadRelay could not start',
  text: 'Its texts could not be loaded. Check your connection, then reload this page.',
};
