"""What kinds of links are called, for those who follow and those who keep them."""

from kernel.messages import msg

LINK_WORDS = {
    "pip": msg("About the product"),
    "traceability": msg("Its way from the field"),
    "recallStatus": msg("Whether it was recalled"),
    "certificationInfo": msg("Certificates"),
    "locationInfo": msg("The place"),
    "homepage": msg("The seller"),
    "hasRetailers": msg("Where to buy"),
    "purchaseSuppliesOrAccessories": msg("What goes with it"),
    "recipeInfo": msg("Recipes"),
    "safetyInfo": msg("Safety"),
    "sustainabilityInfo": msg("Sustainability"),
    "eventsInfo": msg("Visits and events"),
    "scheduleTime": msg("Book a visit"),
    "instructions": msg("How to use it"),
    "consumerHandlingStorageInfo": msg("How to keep it"),
    "ingredientsInfo": msg("Ingredients"),
    "nutritionalInfo": msg("Nutrition"),
    "relatedVideo": msg("A film"),
    "relatedImage": msg("Pictures"),
    "epcis": msg("Its events, for machines (EPCIS)"),
    "verificationService": msg("Check whether it is genuine"),
    "jws": msg("Signed data"),
    "defaultLinkMulti": msg("Where it leads, by language"),
}
"""Of the sixty kinds, those that people here are offered; others go by their name."""
