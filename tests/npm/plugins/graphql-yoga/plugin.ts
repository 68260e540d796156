import { createSchema, createYoga } from "graphql-yoga";
import { GraphQLError } from "graphql";
import { Gate } from "../../lib/gate.ts";

const gate = new Gate();
const notes = ["first"];

const schema = createSchema({
  typeDefs: /* GraphQL */ `
    type Query {
      hello(name: String = "world"): String!
      notes: [String!]!
      fails: String
      header(name: String!): String
    }
    type Mutation {
      add(text: String!): [String!]!
    }
    type Subscription {
      countdown(from: Int!): Int!
    }
  `,
  resolvers: {
    Query: {
      hello: (_: unknown, { name }: { name: string }) => `Hello ${name}`,
      notes: () => notes,
      fails: () => {
        throw new GraphQLError("not today", { extensions: { code: "CLOSED" } });
      },
      header: (_: unknown, { name }: { name: string }, context: { request: Request }) =>
        context.request.headers.get(name),
    },
    Mutation: {
      add: (_: unknown, { text }: { text: string }) => (notes.push(text), notes),
    },
    Subscription: {
      countdown: {
        async *subscribe(_: unknown, { from }: { from: number }) {
          for (let countdown = from; countdown >= 0; countdown -= 1) {
            yield { countdown };
            if (countdown > 0) await gate.passed();
          }
        },
      },
    },
  },
});

const yoga = createYoga({ schema, graphqlEndpoint: "/graphql", logging: false });

function fetch(request: Request): Response | Promise<Response> {
  if (new URL(request.url).pathname !== "/next") return yoga.fetch(request);
  gate.open();
  return new Response(null, { status: 204 });
}

export default { routes: { fetch } };
