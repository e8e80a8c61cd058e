import { escapeForDisplay } from '../base/display.js'
import { withNode } from './daemon/client.js'
import { priceOf } from './daemon/offer-text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  args: {},
  options: { active: { summary: 'only those that are not disabled' } },
  examples: ['lno offer list', 'lno offer list --json | jq -r .offers[].bolt12'],
  run: (context) =>
    withNode(context, async (node) => {
      const { options, result, next, style } = context
      const list = await node.call('offer.list', {})
      const offers = list.offers.filter((offer) => offer.active || !options.active)
      result({ offers }, () =>
        offers.length === 0
          ? 'No offers.'
          : offers
              .map((offer) => {
                const what = escapeForDisplay(offer.label ?? offer.description ?? '')
                const state = offer.active ? style.good('active  ') : style.warn('disabled')
                const form = offer.form === '2021' ? '  form of 2021' : ''
                return `${offer.offer_id.slice(0, 16)}  ${state}  ${priceOf(offer)}${form}${what === '' ? '' : `  ${what}`}`
              })
              .join('\n'),
      )
      const first = offers[0]
      next(first === undefined ? 'lno offer create --amount any' : `lno offer show ${first.offer_id.slice(0, 16)}`)
    }),
})
