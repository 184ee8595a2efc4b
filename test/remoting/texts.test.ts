import fc from 'fast-check';
import { DEFAULT_BOUNDS } from '../../remoting/bounds';
import { deserialize } from '../../remoting/clixml/deserialize';
import { Texts } from '../../remoting/clixml/texts';

describe('kept texts', () => {
  test('are what they were, to the last half of a character', () => {
    const texts = new Texts();
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 });
    fc.assert(
      fc.property(units, (units) => {
        const text = String.fromCharCode(...units);
        expect(texts.keep(text)).toBe(text);
        expect(texts.keep(text)).toBe(text);
      }),
    );
  });

  test('are right after more of them came than are kept', () => {
    const texts = new Texts();
    for (let index = 0; index < 25_000; index += 1) {
      expect(texts.keep(`a text that is long, number ${index}`)).toBe(`a text that is long, number ${index}`);
    }
  });

  test('type names are one list for all objects that have the same, whichever message they came in', () => {
    const texts = new Texts();
    const typeNames = (...names: readonly string[]): readonly string[] => {
      const written = names.map((name) => `<T>${name}</T>`).join('');
      const xml = `<Obj RefId="0"><TN RefId="0">${written}</TN></Obj>`;
      return deserialize(xml, { bounds: DEFAULT_BOUNDS, texts }).typeNames;
    };
    const first = typeNames('Sample.Kind', 'System.Object');
    expect(first).toEqual(['Sample.Kind', 'System.Object']);
    expect(typeNames('Sample.Kind', 'System.Object')).toBe(first);
    expect(typeNames('Sample.Kind', 'System.Other')).toEqual(['Sample.Kind', 'System.Other']);
    expect(typeNames('Sample.Kind')).toEqual(['Sample.Kind']);
    expect(typeNames()).toEqual([]);
    expect(first).toEqual(['Sample.Kind', 'System.Object']);
  });
});
