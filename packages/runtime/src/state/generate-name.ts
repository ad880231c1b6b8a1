const ADJECTIVES =
  "agile amber ample apt ardent bold brave breezy bright brisk calm candid careful cheerful clear clever cosy curious dapper daring deft eager earnest easy elegant fair fearless fleet fond frank friendly gentle glad golden graceful grand handy happy hardy honest humble jolly jovial keen kind lively loyal lucid lucky mellow merry mighty mild modest neat nimble noble patient placid polite proud prudent quick quiet radiant rapid ready robust rosy serene sharp shiny silent sincere smart snug solid sprightly steady sturdy subtle sunny swift tender thrifty tidy tranquil true upbeat valiant vivid warm wise witty zesty".split(
    " ",
  );

/** Of people who found out how things work. */
const SURNAMES =
  "abel ampere arrhenius avogadro babbage bernoulli bohr boole born brahe cantor cauchy cavendish celsius cerf chandrasekhar church conway copernicus coulomb curie dalton darwin descartes dijkstra dirac edison einstein engelbart eratosthenes euclid euler faraday fermat fermi feynman fibonacci fourier franklin galilei galois gauss germain goedel goodall hamilton harvey heisenberg herschel hertz hilbert hopper hubble huygens hypatia jacobi joule kelvin kepler kernighan knuth kovalevskaya lagrange lamarr laplace leavitt leibniz liskov lovelace maxwell mcclintock meitner mendel mendeleev mirzakhani napier newton noether ohm pascal pasteur pauli planck poincare ptolemy ramanujan riemann ritchie rutherford shannon somerville tesla thompson torvalds turing volta wiles wirth wu yalow".split(
    " ",
  );

/** So many names are taken before a number is added to make more of them. */
const PLAIN_ATTEMPTS = 4;

/** A name for a container that has none, such as `calm_lovelace`; a later attempt draws from a thousand times as many. */
export function generateName({ attempt }: { attempt: number }): string {
  const name = `${pick(ADJECTIVES)}_${pick(SURNAMES)}`;
  return attempt < PLAIN_ATTEMPTS ? name : `${name}${Math.floor(Math.random() * 1000)}`;
}

function pick(words: readonly string[]): string {
  return words[Math.floor(Math.random() * words.length)] ?? "";
}
