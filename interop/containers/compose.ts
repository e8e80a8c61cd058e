import { IMAGES, type ImageSpec, type ServiceName } from './images.js'

/** Own services of our image stand apart: nobody can pull it. */
const PROFILE = 'lno'

/** JSON is YAML; in it `$` would begin a variable of Compose. */
const value = (of: unknown): string => JSON.stringify(of).replaceAll('$', '$$$$')

const seconds = (milliseconds: number) => `${milliseconds / 1000}s`

const setupOf = (name: ServiceName) => `${name}-setup`

/** One line of a shell; no word of the table has a quote in it. */
const shell = (commands: ImageSpec['once']): string =>
  commands.map((words) => words.map((word) => `'${word}'`).join(' ')).join('; ')

function service(name: ServiceName): readonly string[] {
  const spec = IMAGES[name]
  const { test, intervalMs, timeoutMs, retries, startMs } = spec.health
  const environment = Object.entries(spec.environment)
  const needs = spec.needs.flatMap((needed) => [
    `      ${needed}: { condition: service_healthy }`,
    ...(IMAGES[needed].once.length > 0
      ? [`      ${setupOf(needed)}: { condition: service_completed_successfully }`]
      : []),
  ])
  return [
    `  # ${spec.note}`,
    `  ${name}:`,
    `    image: ${value(`${spec.image}:${spec.tag}`)}`,
    ...(name === PROFILE ? [`    profiles: ${value([PROFILE])}`, '    pull_policy: never'] : []),
    ...(environment.length > 0
      ? ['    environment:', ...environment.map(([key, text]) => `      ${key}: ${value(text)}`)]
      : []),
    ...(spec.command.length > 0 ? ['    command:', ...spec.command.map((word) => `      - ${value(word)}`)] : []),
    // Any free port of loopback: `docker compose port NAME PORT` says which.
    '    ports:',
    ...Object.values(spec.ports).map((port) => `      - ${value(`127.0.0.1::${port}`)}`),
    '    healthcheck:',
    `      test: ${value(test)}`,
    `      interval: ${seconds(intervalMs)}`,
    `      timeout: ${seconds(timeoutMs)}`,
    `      retries: ${retries}`,
    `      start_period: ${seconds(startMs)}`,
    ...(needs.length > 0 ? ['    depends_on:', ...needs] : []),
    ...(spec.once.length > 0
      ? [
          `  ${setupOf(name)}:`,
          `    image: ${value(`${spec.image}:${spec.tag}`)}`,
          `    entrypoint: ${value(['sh', '-c', shell(spec.once)])}`,
          `    depends_on:\n      ${name}: { condition: service_healthy }`,
        ]
      : []),
  ]
}

/** The whole of `compose.yaml`. */
export function composeFile(): string {
  return [
    '# Generated from images.ts by `npx tsx interop/containers/write-compose.ts`; a test holds it to the table.',
    '#',
    '#   docker compose -p lno -f interop/containers/compose.yaml up --detach --wait cln eclair lnd',
    '#   docker compose -p lno -f interop/containers/compose.yaml exec cln lightning-cli --network=regtest getinfo',
    '#   docker compose -p lno -f interop/containers/compose.yaml port cln 9735',
    '#   docker compose -p lno -f interop/containers/compose.yaml down --volumes',
    '#',
    `# Our own daemon: npx tsx interop/containers/make-image.ts, then … --profile ${PROFILE} up --wait lno`,
    'services:',
    ...(Object.keys(IMAGES) as ServiceName[]).flatMap(service),
    '',
  ].join('\n')
}
