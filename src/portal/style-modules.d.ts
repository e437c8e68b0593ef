/** Style sheets, which the bundler takes out of the imports. */
declare module "*.css";
