import { type Catalogue, number, object, shown, text, whole } from "./catalogue.ts";

const LISTING_ID = text("The listing it is about");
const CURRENCY = text("The currency of the amount");

/** seeds/clawget: "Event Types" shows every payload. */
export const clawget: Catalogue = {
  name: "clawget",
  title: "Clawget",
  description: "Purchases, reviews, subscriptions and payouts on Clawget",
  eventTypes: [
    shown({
      name: "purchase.completed",
      description: "Fired when a user completes a purchase.",
      fields: {
        purchase_id: text("The purchase's id"),
        listing_id: LISTING_ID,
        buyer: object(
          { id: text("The buyer's id"), email: text("The buyer's address") },
          ["id"],
          "Who bought",
        ),
        amount: number("What was paid"),
        currency: CURRENCY,
        license_key: text("The key that was sold"),
      },
      example: {
        purchase_id: "pur_xyz789",
        listing_id: "lst_abc123",
        buyer: { id: "usr_buyer123", email: "buyer@example.com" },
        amount: 15,
        currency: "USD",
        license_key: "CLW-XXXX-XXXX-XXXX",
      },
    }),
    shown({
      name: "review.created",
      description: "Fired when a user leaves a review.",
      fields: {
        review_id: text("The review's id"),
        listing_id: LISTING_ID,
        rating: number("How many stars"),
        comment: text("What the reviewer wrote"),
        reviewer: object(
          { id: text("The reviewer's id"), name: text("The reviewer's name") },
          ["id"],
          "Who wrote it",
        ),
      },
      example: {
        review_id: "rev_abc123",
        listing_id: "lst_abc123",
        rating: 5,
        comment: "Amazing skill! Works perfectly.",
        reviewer: { id: "usr_reviewer456", name: "John D." },
      },
    }),
    shown({
      name: "subscription.cancelled",
      description: "Fired when a subscription is cancelled.",
      fields: {
        subscription_id: text("The subscription's id"),
        listing_id: LISTING_ID,
        buyer: object({ id: text("The buyer's id") }, ["id"], "Whose subscription it is"),
        reason: text("Why it was cancelled"),
        ends_at: whole("When it ends, in Unix seconds"),
      },
      example: {
        subscription_id: "sub_abc123",
        listing_id: "lst_abc123",
        buyer: { id: "usr_buyer123" },
        reason: "user_requested",
        ends_at: 1640086400,
      },
    }),
    shown({
      name: "payout.completed",
      description: "Fired when a payout is sent.",
      fields: {
        payout_id: text("The payout's id"),
        amount: number("What was paid out"),
        currency: CURRENCY,
        wallet: text("Where it went"),
        txid: text("The transaction's id"),
      },
      example: {
        payout_id: "pyt_abc123",
        amount: 475.5,
        currency: "USDT",
        wallet: "0x742d35Cc6634C0532925a3b844Bc9e7595f0bEb",
        txid: "0xabcdef...",
      },
    }),
  ],
};
