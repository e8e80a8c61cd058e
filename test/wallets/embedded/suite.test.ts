import '../../support/use-toy.js'
import { walletSuite } from '../suite.js'
import { PAYER_OWNS, row } from './payments.js'

walletSuite('embedded', async () => {
  const { world, payer, merchant } = await row()
  return {
    payer: payer.wallet,
    payee: merchant.wallet,
    now: world.clock.now,
    run: world.run,
    settle: world.settle,
    restart: async () => {
      await world.restart(payer)
      return payer.wallet
    },
    hold: (on) => world.hold(merchant, on),
    sendableMsat: PAYER_OWNS,
    close: world.close,
  }
})
