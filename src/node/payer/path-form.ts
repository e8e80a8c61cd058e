import { ENCRYPTED_DATA } from '../../blinding/encrypted-data.js'
import type { Generation } from '../../onion/generation.js'
import { messengerError } from '../messenger/codes.js'

/**
 * Refuses a form in which the paths of an offer or of a refund lead nowhere: what their hops find encrypted is written in today's
 * numbers, and whoever reads it by those of another form drops the message in silence.
 * @throws LnoError `PATH_OF_ANOTHER_FORM`
 */
export function assertWalksPaths({ name, encryptedDataTable }: Pick<Generation, 'name' | 'encryptedDataTable'>): void {
  if (encryptedDataTable === ENCRYPTED_DATA) return
  throw messengerError(
    'PATH_OF_ANOTHER_FORM',
    `the hops of a blinded path of today read no message of the form ${name}`,
  )
}
